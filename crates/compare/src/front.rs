//! What stands in front of the server: a real nginx, with a directory and a configuration of its own, both of which end
//! with it.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::certificate::{self, Certificate};
use crate::child::{Foreign, Guarded};
use crate::guard::PREFIX;
use crate::{Error, Front};

/// The program that is started: nginx as the system finds it.
pub(crate) const NGINX: &str = "nginx";
/// From its start to its first connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// Somebody else may take a port between the choice and the start: so many other ports are tried.
const ATTEMPTS: u32 = 3;

/// An nginx that takes connections.
#[derive(Debug)]
pub(crate) struct Standing {
    /// `host:port`.
    pub(crate) authority: String,
    /// By which it is known, if it has TLS.
    pub(crate) certificate: Option<Certificate>,
    /// Its process.
    pub(crate) process: Guarded,
}

/// Whether nginx is there, and its version.
///
/// # Errors
/// When it is not, with how to install it.
pub(crate) fn version(nginx: &str) -> Result<String, Error> {
    let found = std::process::Command::new(nginx).arg("-v").output().map_err(|_| Error::Missing {
        program: "nginx".to_owned(),
        how: "install it (`apt-get install nginx`, `brew install nginx`; it must be on PATH, and Debian keeps it in \
              /usr/sbin), or measure a scenario that has no front"
            .to_owned(),
    })?;
    // nginx says its version on standard error.
    let said = String::from_utf8_lossy(&found.stderr);
    Ok(said.trim().rsplit('/').next().unwrap_or_default().to_owned())
}

/// Starts what stands in front of `upstream` (`host:port`), if anything does, for up to `clients` connections. `program` is
/// the `fourways` binary, which guards it.
///
/// # Errors
/// When it does not come up; the error holds what it said.
pub(crate) async fn start(
    front: Front,
    upstream: &str,
    clients: u32,
    program: &Path,
) -> Result<Option<Standing>, Error> {
    match front {
        Front::None => Ok(None),
        front => stand(front, upstream, clients, program).await.map(Some),
    }
}

/// The same with an nginx in any case.
///
/// # Errors
/// As of [`start`].
pub(crate) async fn stand(
    front: Front,
    upstream: &str,
    clients: u32,
    program: &Path,
) -> Result<Standing, Error> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let [port, inner] = free_ports().map_err(|error| failed(error.to_string()))?;
        match at(front, [port, inner], upstream, clients, program).await {
            Err(Error::Start { why, .. })
                if why.contains("Address already in use") && attempts < ATTEMPTS => {}
            outcome => return outcome,
        }
    }
}

async fn at(
    front: Front,
    ports: [u16; 2],
    upstream: &str,
    clients: u32,
    program: &Path,
) -> Result<Standing, Error> {
    let directory = std::env::temp_dir().join(format!("{PREFIX}{:016x}", fastrand::u64(..)));
    let path = |why| Error::Path { path: directory.clone(), why };
    std::fs::create_dir(&directory).map_err(path)?;
    let written = write(&directory, &configuration(front, ports, upstream, clients)).map_err(path);
    let certified = || (front == Front::NginxHttp2).then(|| Certificate::write(&directory)).transpose();
    let certificate = match written.and_then(|()| certified()) {
        Ok(certificate) => certificate,
        Err(error) => {
            // Nobody guards the directory yet.
            drop(std::fs::remove_dir_all(&directory));
            return Err(error);
        }
    };
    let directory_text = directory.to_string_lossy().into_owned();
    let command = [NGINX.to_owned(), "-p".to_owned(), directory_text]
        .into_iter()
        .chain(["-c", "nginx.conf", "-e", "stderr"].map(str::to_owned))
        .collect::<Vec<_>>();
    let foreign = Foreign { command: &command, directory: None, environment: &[], remove: Some(&directory) };
    let mut process = Guarded::foreign("nginx", program, foreign).await?;
    let authority = format!("127.0.0.1:{}", ports[0]);
    let up = async {
        while TcpStream::connect(&authority).await.is_err() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        up = timeout(PATIENCE, up) => if up.is_ok() { return Ok(Standing { authority, certificate, process }) },
        _ = process.ended() => {}
    }
    Err(process.failed().await)
}

fn failed(why: String) -> Error {
    Error::Start { who: "nginx".to_owned(), why }
}

fn write(directory: &Path, text: &str) -> io::Result<()> {
    std::fs::write(directory.join("nginx.conf"), text)
}

/// Two ports that were free a moment ago: nginx itself cannot say which it took.
fn free_ports() -> io::Result<[u16; 2]> {
    let held = [TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?];
    Ok([held[0].local_addr()?.port(), held[1].local_addr()?.port()])
}

/// A configuration with nothing in it but what is asked for: everything else is nginx's own default.
fn configuration(front: Front, [port, inner]: [u16; 2], upstream: &str, clients: u32) -> String {
    // Two sockets for each client, and four where nginx talks to itself; the rest are its own.
    let connections = clients * 4 + 256;
    let proxy = "proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; \
                 proxy_set_header Connection $upgrade_or_keep_alive; proxy_read_timeout 1h; proxy_send_timeout 1h;";
    let feed = format!("proxy_pass http://feed; {proxy}");
    let listen = format!("listen 127.0.0.1:{port} backlog=4096;");
    let servers = match front {
        // nginx's default towards a server is HTTP/1.0, and then it fills its buffers; what comes in chunks of HTTP/1.1 it
        // passes on at once, buffering or not. An upgrade needs 1.1, so it has a location of its own.
        Front::NginxBuffering => format!(
            "server {{ {listen} error_page 418 = @upgrade; location @upgrade {{ {feed} }} location / {{ \
             if ($http_upgrade) {{ return 418; }} proxy_pass http://feed; proxy_set_header Host $http_host; \
             proxy_read_timeout 1h; proxy_send_timeout 1h; proxy_ignore_headers X-Accel-Buffering; }} }}"
        ),
        // The clients of the four ways do not unpack, so a second server of the same nginx does it for them. Its work
        // is in the cost of the front, and the bytes that the clients count are those of the plain text.
        Front::NginxGzip => format!(
            "upstream inner {{ server 127.0.0.1:{inner}; keepalive 256; keepalive_requests 1000000; }}\n  \
             server {{ {listen} location / {{ proxy_pass http://inner; {proxy} proxy_set_header Accept-Encoding gzip; \
             gunzip on; proxy_buffering off; }} }}\n  \
             server {{ listen 127.0.0.1:{inner} backlog=4096; gzip on; gzip_proxied any; gzip_min_length 0; \
             gzip_types text/event-stream application/json; location / {{ {feed} }} }}"
        ),
        // From nginx 1.25 on this is `http2 on;`, but the older word is still understood, and TLS 1.3 is the default. How many
        // streams a connection may have (128), and all else, is nginx's default.
        Front::NginxHttp2 => format!(
            "server {{ listen 127.0.0.1:{port} ssl http2 backlog=4096; ssl_protocols TLSv1.2 TLSv1.3; \
             ssl_certificate {}; ssl_certificate_key {}; location / {{ {feed} }} }}",
            certificate::FILE,
            certificate::KEY_FILE
        ),
        Front::None | Front::Nginx => format!("server {{ {listen} location / {{ {feed} }} }}"),
    };
    format!(
        "daemon off;\nworker_processes 1;\nworker_rlimit_nofile {connections};\npid nginx.pid;\nerror_log stderr error;\n\
         events {{ worker_connections {connections}; }}\n\
         http {{\n  access_log off;\n  keepalive_requests 1000000;\n  \
         client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; \
         scgi_temp_path scgi;\n  \
         map $http_upgrade $upgrade_or_keep_alive {{ default upgrade; '' ''; }}\n  \
         upstream feed {{ server {upstream}; keepalive 256; keepalive_requests 1000000; }}\n  {servers}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_nginx_says_how_to_get_one() {
        let error = version("no-such-nginx").unwrap_err().to_string();
        assert!(error.starts_with("nginx is not installed; install it (`apt-get install nginx`"), "{error}");
    }

    #[test]
    fn each_variant_has_what_it_is_named_for() {
        let of = |front| configuration(front, [1, 2], "127.0.0.1:3", 10);
        assert!(!of(Front::Nginx).contains("proxy_ignore_headers") && !of(Front::Nginx).contains("gzip"));
        assert!(of(Front::NginxBuffering).contains("proxy_ignore_headers X-Accel-Buffering;"));
        assert!(of(Front::NginxGzip).contains("gzip_types text/event-stream application/json;"));
        let http2 = of(Front::NginxHttp2);
        assert!(http2.contains("listen 127.0.0.1:1 ssl http2 backlog=4096;"), "{http2}");
        assert!(http2.contains("ssl_certificate certificate.pem; ssl_certificate_key key.pem;"), "{http2}");
        let plain = of(Front::Nginx);
        let to_server = plain[plain.find("location").unwrap()..].trim_end();
        assert!(http2.trim_end().ends_with(to_server), "towards the server both are the same: {http2}");
    }

    #[cfg(feature = "http2")]
    #[tokio::test]
    async fn what_is_spoken_is_http_2_and_only_with_the_run_s_certificate() {
        use std::sync::Arc;

        use axum::http::Version;
        use transport::{Target, Tls, http};
        use wire::Wire;

        let beside = || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("fourways");
        let program = std::env::var_os("FOURWAYS_BIN").map_or_else(beside, Into::into);
        let (server, _process) = crate::server::listen(&program, &["--rate", "10"]).await.unwrap();
        let stand = || stand(Front::NginxHttp2, &server, 5, &program);
        let (front, other) = (stand().await.unwrap(), stand().await.unwrap());
        let trusting = |standing: &Standing| {
            let mut target = Target::new(front.authority.clone(), "stock-price");
            target.tls = Some(Tls::trusting(&standing.certificate.as_ref().unwrap().pem).unwrap());
            Arc::new(target)
        };
        let get = async |target: Arc<Target>| {
            let wire = Wire::default();
            http::get(&wire, &target, "/poll/stock-price", &[], PATIENCE).await.map(|(_, response)| response)
        };
        let response = get(trusting(&front)).await.unwrap();
        assert_eq!((response.version(), response.status().as_u16()), (Version::HTTP_2, 200));
        let refused = get(trusting(&other)).await.unwrap_err().to_string();
        assert!(refused.contains("invalid peer certificate"), "{refused}");
    }
}
