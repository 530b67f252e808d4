// 前端监控面板
const eventSource = new EventSource('/system-stats');

eventSource.onmessage = function(event) {
  const stats = JSON.parse(event.data);
  
  // 更新图表
  updateCPUChart(stats.cpu);
  updateMemoryChart(stats.memory);
  updateDiskChart(stats.disk);
};

function updateCPUChart(cpuUsage) {
  document.getElementById('cpu-usage').textContent = cpuUsage + '%';
  document.getElementById('cpu-bar').style.width = cpuUsage + '%';
}
