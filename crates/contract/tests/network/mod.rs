//! Machines of a network that only a test has: each is a runtime whose threads live in a network namespace of their own.
//! Namespaces, cables and bridges have no name in the system, and the kernel removes them with the last thread or
//! process that is in them, also after `kill -9`.
//!
//! Only root may make them. Another user is root in a user namespace, into which the test starts itself again.

use std::fs::File;
use std::process::Command;
use std::sync::Arc;

use nix::sched::{CloneFlags, setns, unshare};
use tokio::runtime::{Builder, Runtime};

/// Set in a test that was started again.
const AGAIN: &str = "FOURWAYS_TEST_AGAIN";

/// One machine: what runs on it knows no other network.
pub(crate) struct Machine {
    namespace: Arc<File>,
    runtime: Option<Runtime>,
}

impl Machine {
    /// A machine with nothing but loopback.
    pub(crate) fn new() -> Self {
        let namespace = Arc::new(namespace().expect("a network namespace"));
        let own = Arc::clone(&namespace);
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).enable_all();
        builder.on_thread_start(move || setns(&own, CloneFlags::CLONE_NEWNET).expect("its own namespace"));
        let machine = Self { namespace, runtime: Some(builder.build().expect("a runtime")) };
        machine.ip("link set lo up");
        machine
    }

    /// Has it do something: connections are its own, and so are processes that are started.
    ///
    /// # Panics
    /// When what it does panics.
    pub(crate) async fn does<T: Send + 'static>(
        &self,
        something: impl Future<Output = T> + Send + 'static,
    ) -> T {
        self.runtime().spawn(something).await.expect("it does not panic")
    }

    /// Has it do something meanwhile. It ends with the machine at the latest.
    #[allow(dead_code, reason = "each test file uses its part")]
    pub(crate) fn begins(&self, something: impl Future<Output = ()> + Send + 'static) {
        self.runtime().spawn(something);
    }

    /// Runs `ip` with these words on it.
    ///
    /// # Panics
    /// When it fails, with what it says.
    pub(crate) fn ip(&self, words: &str) {
        // Debian keeps it in /usr/sbin, which is not on everybody's PATH.
        let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
        let own = Arc::clone(&self.namespace);
        std::thread::scope(|scope| {
            let ran = scope.spawn(move || {
                setns(own, CloneFlags::CLONE_NEWNET).expect("its own namespace");
                Command::new("ip").args(words.split(' ')).env("PATH", path).output()
            });
            let output = ran.join().expect("a thread").expect("ip, which clients/setup.sh installs");
            assert!(output.status.success(), "ip {words}: {}", String::from_utf8_lossy(&output.stderr));
        });
    }

    /// Lays a cable from its port `port` to `other`, where it is `eth0` with this address.
    #[allow(dead_code, reason = "each test file uses its part")]
    pub(crate) fn cable(&self, port: &str, other: &Self, address: &str) {
        use std::os::fd::AsRawFd as _;
        let there = format!("/proc/{}/fd/{}", std::process::id(), other.namespace.as_raw_fd());
        self.ip(&format!("link add {port} type veth peer name eth0 netns {there}"));
        other.ip(&format!("address add {address} dev eth0"));
        other.ip("link set eth0 up");
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("until it is dropped")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // Also where waiting is not allowed, in a test that panics.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A new network namespace, which lives as long as it is held open.
fn namespace() -> std::io::Result<File> {
    let made = std::thread::spawn(|| {
        unshare(CloneFlags::CLONE_NEWNET)?;
        File::open("/proc/thread-self/ns/net")
    });
    made.join().expect("a thread")
}

/// Runs the test of this name, which stands at the top of its file, where it may make machines.
///
/// # Panics
/// When it panics, or may make none anywhere, with the way out.
pub(crate) fn with_machines(name: &str, test: impl AsyncFnOnce()) {
    if namespace().is_ok() {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        return runtime.block_on(test());
    }
    let mut again = Command::new("unshare");
    again.args(["--user", "--map-root-user"]).arg(std::env::current_exe().expect("this test"));
    again.args(["--exact", name, "--nocapture"]).env(AGAIN, "1");
    let is_again = std::env::var_os(AGAIN).is_some();
    let output = if is_again { None } else { Some(again.output().expect("unshare, of util-linux")) };
    let said = output.map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.contains("1 passed; 0 failed"),
        "{name} failed in a user namespace. If it may make no network namespace there, run it as root, or allow user \
         namespaces (sysctl kernel.unprivileged_userns_clone=1 on Debian, \
         kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu; a container needs CAP_SYS_ADMIN). It said:\n{said}"
    );
}
