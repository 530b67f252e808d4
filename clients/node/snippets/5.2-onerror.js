// 连接断开时浏览器自动重连，开发者无需处理
eventSource.onerror = function() {
  console.log('连接出错，浏览器会自动重连');
};
