// 前端实现
const eventSource = new EventSource('/notifications');

eventSource.addEventListener('notification', function(event) {
  const notification = JSON.parse(event.data);
  
  // 显示通知
  showNotification(notification.title, notification.message);
});

function showNotification(title, message) {
  // 创建通知弹窗
  const notificationDiv = document.createElement('div');
  notificationDiv.innerHTML = `<h4>${title}</h4><p>${message}</p>`;
  document.getElementById('notifications').appendChild(notificationDiv);
}
