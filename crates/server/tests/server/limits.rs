//! Hostile bytes on the wire. Names follow spec 11, list "Transport and parsing".
use crate::node::{Answer, KEY, Node, read_to_end};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

fn node(arguments: &[&str]) -> (tempfile::TempDir, Node) {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::start(&dir.path().join("data"), arguments);
    (dir, node)
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /servers/postTest HTTP/1.1\r\nHost: x\r\nAuthorization: {KEY}\r\n{headers}\r\n{body}")
}

fn status(raw: &str) -> u16 {
    Answer::new(raw).status
}

#[test]
fn bi_t10_lengths_that_contradict_each_other() {
    let (_dir, node) = node(&["--body-timeout", "1"]);
    let chunked = "Transfer-Encoding: chunked\r\n";
    let smuggled = "0\r\n\r\nGET /servers/getVersion HTTP/1.1\r\nHost: x\r\n\r\n";
    for headers in [
        format!("Content-Length: 5\r\n{chunked}"),
        format!("{chunked}Content-Length: 5\r\n"),
    ] {
        let answer = node.raw(post(&headers, smuggled));
        assert_eq!(status(&answer), 400, "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    }
    let answer = node.raw(post("Content-Length: 5\r\nContent-Length: 6\r\n", "{}"));
    assert_eq!(status(&answer), 400, "{answer}");
    // Shorter than the body: the rest is no request.
    let answer = node.raw(post("Content-Length: 2\r\n", "{}surplus\r\n\r\n"));
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 2, "{answer}");
    assert!(answer.contains("HTTP/1.1 400"), "{answer}");
    // Longer than the body: nothing more comes.
    let answer = node.raw(post("Content-Length: 50\r\n", "{}"));
    assert_eq!(status(&answer), 408, "{answer}");
}

#[test]
fn bi_t10_two_lengths_in_a_later_request_of_a_connection() {
    let (_dir, node) = node(&[]);
    let mut stream = node.connect();
    stream
        .write_all(post("Content-Length: 2\r\n", "{}").as_bytes())
        .unwrap();
    let mut buffer = [0; 4096];
    let read = stream.read(&mut buffer).unwrap();
    assert!(buffer[..read].starts_with(b"HTTP/1.1 200"));
    std::thread::sleep(Duration::from_millis(50));
    let both = post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n");
    stream.write_all(both.as_bytes()).unwrap();
    assert_eq!(status(&read_to_end(&mut stream)), 400);
}

#[test]
fn bi_t11_chunk_size_overflow() {
    let (_dir, node) = node(&[]);
    for size in ["FFFFFFFFFFFFFFFFF", "-1", "zz"] {
        let answer = node.raw(post(
            "Transfer-Encoding: chunked\r\n",
            &format!("{size}\r\n{{}}\r\n0\r\n\r\n"),
        ));
        assert_eq!(status(&answer), 400, "{size}: {answer}");
    }
}

#[test]
fn bi_t12_control_characters_in_headers() {
    let (_dir, node) = node(&[]);
    for header in ["X-A: a\rb", "X-A: a\nb", "X-A: a\0b", "X\0A: a"] {
        let answer = node.raw(format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n"));
        assert_eq!(status(&answer), 400, "{header:?}: {answer}");
    }
}

#[test]
fn bi_t13_too_many_or_too_large_headers() {
    let (_dir, node) = node(&[]);
    let many: String = (0..200).map(|i| format!("X-{i}: 1\r\n")).collect();
    let large = format!("Cookie: {}\r\n", "c".repeat(64 << 10));
    let medium = format!("Cookie: {}\r\n", "c".repeat(33 << 10));
    for headers in [many, large, medium] {
        let answer = node.raw(format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{headers}\r\n"));
        assert_eq!(status(&answer), 431, "{answer}");
    }
    let fine = format!("Cookie: {}", "c".repeat(20 << 10));
    assert_eq!(node.request("GET", "/healthz", &[&fine], "").status, 200);
}

#[test]
fn bi_t14_unknown_methods() {
    let (_dir, node) = node(&[]);
    for request in [
        "FOO /events/index",
        "TRACE /events/index",
        "CONNECT example.org:443",
    ] {
        let answer = node.raw(format!(
            "{request} HTTP/1.1\r\nHost: x\r\nAuthorization: {KEY}\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(status(&answer), 405, "{request}: {answer}");
    }
}

#[test]
fn bi_t18_slow_bodies_and_heads_are_ended_and_others_are_not() {
    let (_dir, node) = node(&["--body-timeout", "1", "--header-timeout", "1"]);
    let mut stream = node.connect();
    stream
        .write_all(post("Content-Length: 100\r\n", "").as_bytes())
        .unwrap();
    let start = Instant::now();
    let mut trickle = stream.try_clone().unwrap();
    let writer = std::thread::spawn(move || {
        while trickle.write_all(b" ").is_ok() && start.elapsed() < Duration::from_secs(8) {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let other = Instant::now();
    assert_eq!(node.get("/servers/getVersion").status, 200);
    assert!(other.elapsed() < Duration::from_secs(1));
    assert_eq!(status(&read_to_end(&mut stream)), 408);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    drop(stream);
    writer.join().unwrap();

    let mut stream = node.connect();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost:").unwrap();
    let start = Instant::now();
    read_to_end(&mut stream);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn bi_t19_idle_connections_are_capped_and_do_not_keep_others_out() {
    let (_dir, node) = node(&["--max-connections", "20"]);
    let idle: Vec<_> = (0..100).map(|_| node.connect()).collect();
    for _ in 0..5 {
        let start = Instant::now();
        assert_eq!(node.get("/servers/getVersion").status, 200);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
    let figures = node.request("GET", "/metrics", &[], "").body;
    let open = figures
        .lines()
        .find_map(|line| line.strip_prefix("entente_http_connections "))
        .unwrap();
    assert!(open.parse::<f64>().unwrap() <= 20.0, "{open}");
    drop(idle);
}

#[test]
fn bi_s12_a_search_whose_client_left_is_given_up() {
    let (_dir, node) = node(&[]);
    let attributes: Vec<String> = (0..20_000)
        .map(|i| format!(r#"{{"type":"domain","value":"host-{i}.sample.example"}}"#))
        .collect();
    let event = format!(r#"{{"info":"many","Attribute":[{}]}}"#, attributes.join(","));
    let key = format!("Authorization: {KEY}");
    let json = ["Content-Type: application/json", &key];
    assert_eq!(node.request("POST", "/events/add", &json, &event).status, 200);
    // Patterns that every value is compared with: seconds of work.
    let patterns: Vec<String> = (0..200).map(|i| format!(r#""%{i}-absent-{i}%""#)).collect();
    let search = format!(r#"{{"value":[{}]}}"#, patterns.join(","));
    let mut stream = node.connect();
    let request = format!(
        "POST /attributes/restSearch HTTP/1.1\r\nHost: x\r\n{key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{search}",
        search.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    drop(stream);
    let line = node.log_line("the client left before the answer");
    assert!(line.contains("/attributes/restSearch"), "{line}");
    assert_eq!(node.get("/servers/getVersion").status, 200);
}

#[test]
fn bi_t24_http2_is_not_spoken() {
    let (_dir, node) = node(&[]);
    let answer = node.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    // Nothing to reset rapidly: the preface is refused and the connection ends.
    assert!(answer.is_empty() || status(&answer) >= 400, "{answer}");
    assert_eq!(node.get("/servers/getVersion").status, 200);
}

#[test]
fn a_pause_between_requests_is_not_a_slow_head() {
    let (_dir, node) = node(&["--header-timeout", "1"]);
    let mut stream = node.connect();
    let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for _ in 0..2 {
        stream.write_all(request.as_bytes()).unwrap();
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).unwrap();
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200"));
        std::thread::sleep(Duration::from_millis(1_300));
    }
    // A head that begins after the pause has the whole time, and no more.
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost:").unwrap();
    let start = Instant::now();
    assert_eq!(read_to_end(&mut stream), "");
    let taken = start.elapsed();
    assert!((0.9..5.0).contains(&taken.as_secs_f64()), "{taken:?}");
}

#[test]
fn connections_are_kept_for_further_requests() {
    let (_dir, node) = node(&[]);
    let mut stream = node.connect();
    for connection in ["keep-alive", "keep-alive", "close"] {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
    }
    assert_eq!(read_to_end(&mut stream).matches("HTTP/1.1 200").count(), 3);
}

/// A further key of the administrator.
fn second_key(node: &Node) -> String {
    let key = format!("Authorization: {KEY}");
    let added = node.request(
        "POST",
        "/auth_keys/add",
        &[&key, "Content-Type: application/json"],
        "{}",
    );
    format!(
        "Authorization: {}",
        added.json()["AuthKey"]["authkey_raw"].as_str().unwrap()
    )
}

/// A request that the server has begun to work on and whose body does not come.
fn at_work(node: &Node) -> std::net::TcpStream {
    let mut stream = node.connect();
    let head = post("Content-Length: 9\r\nExpect: 100-continue\r\n", "");
    stream.write_all(head.as_bytes()).unwrap();
    let mut buffer = [0; 4096];
    let read = stream.read(&mut buffer).unwrap();
    assert!(buffer[..read].starts_with(b"HTTP/1.1 100"));
    stream
}

#[test]
fn sr_in_1_a_key_has_sixteen_requests_at_once() {
    let (_dir, node) = node(&[]);
    let other = second_key(&node);
    let mut slow: Vec<_> = (0..16).map(|_| at_work(&node)).collect();
    let refused = node.get("/users/view/me");
    assert_eq!(refused.status, 429, "{refused:?}");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(
        refused.json()["message"]
            .as_str()
            .unwrap()
            .contains("16 requests"),
        "{refused:?}"
    );
    assert_eq!(node.get("/api/v1/openapi.json").status, 429);
    assert_eq!(node.request("GET", "/users/view/me", &[&other], "").status, 200);
    assert_eq!(node.request("GET", "/users/heartbeat", &[], "").status, 200);
    let mut done = slow.remove(0);
    done.write_all(b"{\"a\":\"b\"}").unwrap();
    let mut buffer = [0; 4096];
    let read = done.read(&mut buffer).unwrap();
    assert!(
        buffer[..read].starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&buffer[..read])
    );
    let next = node.get("/users/view/me");
    assert_eq!(next.status, 200, "{next:?}");
    // A client that leaves gives its place back too.
    drop(slow);
    let patience = Instant::now() + Duration::from_secs(10);
    let together: Vec<_> = loop {
        let answers: Vec<u16> = std::thread::scope(|scope| {
            let asking: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| node.get("/users/view/me").status))
                .collect();
            asking.into_iter().map(|one| one.join().unwrap()).collect()
        });
        if answers.iter().all(|status| *status == 200) || Instant::now() > patience {
            break answers;
        }
    };
    assert_eq!(together, [200; 8]);
}

#[test]
fn the_requests_of_a_key_are_as_many_as_the_operator_says() {
    let (_dir, node) = node(&["--max-requests-per-key", "1"]);
    let mut stream = at_work(&node);
    assert_eq!(node.get("/users/view/me").status, 429);
    stream.write_all(b"{\"a\":\"b\"}").unwrap();
    let mut buffer = [0; 4096];
    assert!(stream.read(&mut buffer).unwrap() > 0);
    assert_eq!(node.get("/users/view/me").status, 200);
}
