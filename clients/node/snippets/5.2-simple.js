// 客户端只需一行代码
const eventSource = new EventSource('/events');
eventSource.onmessage = (event) => console.log(event.data);
