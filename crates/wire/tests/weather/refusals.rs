//! A status of the proxy's own.

use wire::Weather;

use crate::*;

/// Asks on a new connection; all that is answered, up to the end.
async fn ask(between: &Between, request: &str) -> String {
    let mut client = TcpStream::connect(between.proxy.address()).await.expect("a listening proxy");
    // In two parts, so that a head is waited for.
    let (first, second) = request.split_at(9);
    for part in [first, second] {
        client.set_nodelay(true).expect("a socket");
        client.write_all(part.as_bytes()).await.expect("an open connection");
        tokio::task::yield_now().await;
    }
    let (answer, was_reset) = rest(&mut client).await;
    assert!(!was_reset, "a body that nobody reads does not spoil the answer");
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn new_connections_are_answered_and_open_ones_go_on() {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    between.proxy.set(Weather { refuse: Some(503), ..Weather::default() });
    let request = "POST /x HTTP/1.1\r\nhost: a\r\nOrigin: http://page:8080\r\ncontent-length: 5\r\n\r\nhello";
    let known = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 2\r\n\
        Access-Control-Allow-Origin: http://page:8080\r\nAccess-Control-Expose-Headers: Retry-After\r\n\
        Vary: Origin\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
    assert_eq!(ask(&between, request).await, known);
    passes(&mut client, &mut server, b"an old connection").await;

    between.proxy.set(Weather { refuse: Some(204), ..Weather::default() });
    let known =
        "HTTP/1.1 204 No Content\r\nVary: Origin\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
    let handshake = "GET /ws/x HTTP/1.1\r\nupgrade: websocket\r\n\r\n";
    assert_eq!(ask(&between, handshake).await, known);
    let tally = between.proxy.tally();
    assert_eq!((tally.accepted, tally.refused), (3, 2));

    between.proxy.set(Weather::default());
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"it has passed").await;
}

#[tokio::test]
async fn a_preflight_is_let_through_so_that_the_page_sees_the_status() {
    let between = Between::open().await;
    let preflight = "OPTIONS /poll/x HTTP/1.1\r\nhost: a\r\nOrigin: http://page:8080\r\n\
        Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: if-none-match\r\n\r\n";
    let request =
        "GET /poll/x HTTP/1.1\r\nhost: a\r\norigin: http://page:8080\r\nif-none-match: \"1\"\r\n\r\n";
    for (status, first) in
        [(503, "HTTP/1.1 503 Service Unavailable\r\n"), (204, "HTTP/1.1 204 No Content\r\n")]
    {
        between.proxy.set(Weather { refuse: Some(status), ..Weather::default() });
        let known = "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: http://page:8080\r\n\
            Access-Control-Allow-Methods: GET, POST\r\nAccess-Control-Allow-Headers: if-none-match\r\n\
            Access-Control-Max-Age: 0\r\nVary: Origin\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        assert_eq!(ask(&between, preflight).await, known);
        let answer = ask(&between, request).await;
        assert!(answer.starts_with(first), "{answer}");
        assert!(answer.contains("\r\nAccess-Control-Allow-Origin: http://page:8080\r\n"), "{answer}");
        // Without those two headers it is a request like any other.
        let answer = ask(&between, "OPTIONS /poll/x HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert!(answer.starts_with(first) && !answer.contains("Access-Control"), "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_request_gets_no_answer() {
    let between = Between::open().await;
    between.proxy.set(Weather { refuse: Some(503), ..Weather::default() });
    let mut client = TcpStream::connect(between.proxy.address()).await.unwrap();
    client.write_all(b"\x16\x03\x01\r\n\r\n").await.unwrap();
    assert_eq!(rest(&mut client).await, (Vec::new(), true));
}

#[tokio::test]
async fn a_refusal_is_told() {
    let between = Between::open().await;
    between.proxy.set(Weather { refuse: Some(503), ..Weather::default() });
    ask(&between, "GET /x HTTP/1.1\r\n\r\n").await;
    until("the end to be told", || between.ear.has_ended()).await;
    let known = [
        What::Opened,
        What::Request { target: "/x".to_owned() },
        What::Answer { status: 503 },
        What::Ended { cut: false },
    ];
    assert_eq!(between.ear.whats(), known);
}
