//! What each figure is called and what it means.

use super::lang::Words;

/// Title and meaning of the figure `id`.
pub(super) fn of(id: &str) -> (Words, Words) {
    let (title, title_zh, means, means_zh) = TEXTS
        .iter()
        .find(|text| text.0 == id)
        .map_or((id, id, "", ""), |(_, title, title_zh, means, means_zh)| (title, title_zh, means, means_zh));
    (Words::new(title, title_zh), Words::new(means, means_zh))
}

#[rustfmt::skip]
const TEXTS: &[(&str, &str, &str, &str, &str)] = &[
    ("opened", "opened", "已接通", "Subscribers that came to hear where they stand.", "得知自己位置、真正接通的订阅者数。"),
    ("held", "held", "保持住", "Subscribers that held their connection, or went on polling, through the whole window.", "在整个测量窗口内保持连接（或持续轮询）的订阅者数。"),
    ("handshake_p50", "handshake p50", "建立 p50", "From the attempt to connect to the first word of the feed: half of all took no longer.", "从开始连接到收到行情源的第一句话；一半不超过这个时间。"),
    ("handshake_p99", "handshake p99", "建立 p99", "The same for 99 of 100.", "同上，100 个中的 99 个。"),
    ("latency_p50", "latency p50", "延迟 p50", "From the scheduled publication to the arrival, of updates that arrived: half of all took no longer. What was never seen is not in it.", "从计划发布到到达，只算到达了的更新；一半不超过这个时间。从未看到的更新不在其中。"),
    ("latency_p99", "latency p99", "延迟 p99", "The same for 99 of 100.", "同上，100 笔中的 99 笔。"),
    ("latency_p999", "latency p99.9", "延迟 p99.9", "The same for 999 of 1,000.", "同上，1,000 笔中的 999 笔。"),
    ("latency_max", "latency max", "最大延迟", "The slowest update of a round.", "一轮里最慢的一笔更新。"),
    ("staleness", "staleness", "陈旧度", "Age of the newest value shown, taken over the whole window: mean over symbols and subscribers.", "所显示的最新值有多旧，对整个窗口积分；按股票和订阅者平均。"),
    ("staleness_own", "own staleness", "自身陈旧度", "Staleness minus that of a reader without any delay: what the way itself adds.", "陈旧度减去毫无延迟的读取者的陈旧度：这种方式自己带来的部分。"),
    ("never_seen", "never seen", "从未看到", "Share of the updates that were never the newest value shown.", "从未作为最新值显示过的更新所占的比例。"),
    ("requests_per_update", "requests per update", "每笔更新的请求", "Requests in the window, divided by the updates that arrived (of polls for the newest value: that were seen).", "窗口内的请求数除以到达的更新数（只取最新值的轮询：看到的更新数）。"),
    ("connections_per_100_requests", "connections per 100 requests", "每 100 次请求的连接", "Connections opened in the window for 100 requests: 0 where connections are reused, 100 where each request needs its own.", "窗口内每 100 次请求新建的连接数：复用连接是 0，每次请求都新建是 100。"),
    ("cpu_per_update", "CPU per update", "每笔更新的 CPU", "CPU time of the server, user and kernel, divided by the updates that arrived (of polls for the newest value: that were seen).", "服务器的 CPU 时间（用户态和内核态），除以到达的更新数（只取最新值的轮询：看到的更新数）。"),
    ("cpu_per_client", "CPU per client and second", "每客户端每秒的 CPU", "CPU time of the server for one subscriber in one second.", "服务器为一个订阅者每秒花的 CPU 时间。"),
    ("cpu_core", "CPU of a core", "占一个核", "CPU time of the server in the window, as a share of one core.", "窗口内服务器的 CPU 时间占一个核的比例。"),
    ("user_share", "user share of CPU", "用户态占比", "The part of the server's CPU time that was spent in user code; the rest is the kernel's.", "服务器 CPU 时间里用户态代码的部分；其余是内核。"),
    ("memory_user", "user memory per connection", "每连接用户内存", "What the server's heap and stacks grew by while the subscribers came, for each.", "订阅者到齐期间服务器堆和栈的增长，按每个订阅者计。"),
    ("memory_kernel", "kernel memory per connection", "每连接内核内存", "What the kernel's objects and socket buffers grew by while the subscribers came, for each: both ends of each connection, on the whole machine.", "订阅者到齐期间内核对象和套接字缓冲区的增长，按每个订阅者计：包括连接的两端，是整台机器的数字。"),
    ("bytes_down", "bytes down per update", "每笔更新下行字节", "Bytes from the server at the socket, heads included (and TLS where a front has it), for each update that arrived.", "套接字上来自服务器的字节（含头部；前置代理有 TLS 时也含 TLS），按每笔到达的更新计。"),
    ("bytes_up", "bytes up per update", "每笔更新上行字节", "Bytes to the server at the socket, heads included (and TLS where a front has it), for each update that arrived.", "套接字上发往服务器的字节（含头部；前置代理有 TLS 时也含 TLS），按每笔到达的更新计。"),
    ("bytes_per_client", "bytes/s per client", "每客户端每秒字节", "Bytes at the socket of one subscriber in one second, both ways, with heads and TLS.", "一个订阅者的套接字每秒的字节，双向合计，含头部和 TLS。"),
    ("front_cpu_per_update", "proxy CPU per update", "代理每笔更新的 CPU", "CPU time of what stands between server and clients, for each update that arrived.", "服务器与客户端之间的代理的 CPU 时间，按每笔到达的更新计。"),
    ("generator_cpu_per_event", "generator CPU per event", "发生器每事件 CPU", "CPU time of the load generator for each event that it received.", "负载发生器每收到一个事件花的 CPU 时间。"),
    ("generator_core", "generator CPU of a core", "发生器占一个核", "CPU time of the load generator in the window, as a share of one core: it has one thread, so 100 is its limit.", "窗口内负载发生器的 CPU 时间占一个核的比例；它只有一个线程，100 是它的极限。"),
    ("lag_p99", "generator lag p99", "发生器迟到 p99", "How late the generator's own timers fired, for 99 of 100: latencies near it say little.", "发生器自己的定时器迟到多少，100 次中的 99 次；与它相近的延迟说明不了什么。"),
    ("wait_per_update", "wait for a core per update", "每笔更新等核的时间", "Time in which the server was ready to run but had no core, for each update that arrived: server and clients share the machine.", "服务器准备好运行却没有核可用的时间，按每笔到达的更新计：服务器和客户端共用这台机器。"),
];
