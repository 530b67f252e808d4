// SSE适合的典型场景示例
const eventSource = new EventSource('/stock-price');

eventSource.onmessage = function(event) {
  const price = JSON.parse(event.data);
  document.getElementById('price').textContent = price.value;
};

// 股票价格一变化，页面立即更新
// 用户不需要刷新页面，不需要点击按钮
