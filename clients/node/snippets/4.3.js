// 前端日志查看器
const eventSource = new EventSource('/logs');

eventSource.onmessage = function(event) {
  const logEntry = JSON.parse(event.data);
  
  const logDiv = document.createElement('div');
  logDiv.className = `log-entry ${logEntry.level}`;
  logDiv.innerHTML = `
    <span class="timestamp">${logEntry.timestamp}</span>
    <span class="level">[${logEntry.level}]</span>
    <span class="message">${logEntry.message}</span>
  `;
  
  document.getElementById('log-container').appendChild(logDiv);
};
