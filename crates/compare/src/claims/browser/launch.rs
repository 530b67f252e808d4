//! Starts a browser on a page, without a driver: headless, with a fresh profile, in a process group of its own. A guard
//! ends the group and removes the profile as soon as its standard input ends, which it also does when this process is
//! killed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::lost::Lost;
use crate::front::Standing;

/// The browsers that the experiments run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Browser {
    /// Chromium, or a Chrome.
    Chromium,
    /// Firefox, of whatever release line.
    Firefox,
}

/// Ends the browser's whole group (there is nothing worth saving) and removes its profile. A file that a dying
/// process still writes makes the removal fail: then once more.
const GUARD: &str =
    r#"read -r _; kill -s KILL -- "-$1"; for _ in 1 2 3 4 5; do rm -rf -- "$2" && exit 0; sleep 0.2; done"#;

/// Pages may open tabs, nothing asks or greets, and the browser talks to nobody but us. None of it touches connections
/// to a host.
const FIREFOX_PREFERENCES: &str = r#"user_pref("dom.disable_open_during_load", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("app.normandy.enabled", false);
user_pref("browser.safebrowsing.update.enabled", false);
user_pref("extensions.update.enabled", false);
"#;

/// As `clients/node/browser.mjs` starts it, and pages may open tabs.
const CHROMIUM_FLAGS: [&str; 8] = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-popup-blocking",
];

/// A running browser. Dropping it ends all of its processes and removes its profile.
#[derive(Debug)]
pub(super) struct Running {
    browser: Child,
    guard: Child,
    profile: PathBuf,
}

impl Browser {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Chromium, Self::Firefox];

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
        }
    }

    /// Its name and main version, from what it says of itself.
    pub(super) fn title(self, agent: &str) -> String {
        let before = match self {
            Self::Chromium => "Chrome/",
            Self::Firefox => "Firefox/",
        };
        let version = agent.split_once(before).map_or("", |(_, version)| version);
        let main: String = version.chars().take_while(char::is_ascii_digit).collect();
        format!("{} {main}", self.name()).trim_end().to_owned()
    }

    /// The variable that names another program.
    pub(super) fn variable(self) -> &'static str {
        match self {
            Self::Chromium => "CHROMIUM",
            Self::Firefox => "FIREFOX",
        }
    }

    /// The programs that are looked for, in this order.
    pub(super) fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &["chromium", "chromium-browser", "google-chrome"],
            Self::Firefox => &["firefox-esr", "firefox"],
        }
    }

    /// The program to start.
    fn program(self) -> Result<PathBuf, Lost> {
        if let Some(named) = std::env::var_os(self.variable()).filter(|named| !named.is_empty()) {
            return Ok(named.into());
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found =
            |name: &&str| std::env::split_paths(&path).map(|at| at.join(name)).find(|file| file.is_file());
        self.programs().iter().find_map(found).ok_or(Lost::NotInstalled(self))
    }

    fn arguments(self, profile: &Path, url: &str, trusted: Option<&Standing>) -> Vec<OsString> {
        let mut all: Vec<OsString> = Vec::new();
        match self {
            Self::Chromium => {
                all.extend(CHROMIUM_FLAGS.map(OsString::from));
                // Chromium has no sandbox for root, and does not start with one.
                if root() {
                    all.push("--no-sandbox".into());
                }
                let mut directory = OsString::from("--user-data-dir=");
                directory.push(profile);
                all.push(directory);
                let certificate = trusted.and_then(|standing| standing.certificate.as_ref());
                all.extend(certificate.map(|certificate| {
                    format!("--ignore-certificate-errors-spki-list={}", certificate.key_sha256).into()
                }));
            }
            Self::Firefox => {
                all.extend(["--headless", "--no-remote", "--profile"].map(OsString::from));
                all.push(profile.into());
            }
        }
        all.push(url.into());
        all
    }

    /// Starts it on `url`.
    ///
    /// # Errors
    /// When it is not installed or cannot be started, or its profile cannot be made.
    pub(super) fn start(self, url: &str) -> Result<Running, Lost> {
        self.start_with(url, None)
    }

    /// The same, and it trusts the certificate of `standing`: that one, and no other that it would not trust anyway.
    ///
    /// # Errors
    /// As of [`Browser::start`].
    pub(super) fn start_trusting(self, url: &str, standing: &Standing) -> Result<Running, Lost> {
        self.start_with(url, Some(standing))
    }

    fn start_with(self, url: &str, trusted: Option<&Standing>) -> Result<Running, Lost> {
        let program = self.program()?;
        let cannot =
            |why: std::io::Error| Lost::Start { who: self, program: program.clone(), why: why.to_string() };
        let name = format!("fourways-browser-{}-{:016x}", std::process::id(), fastrand::u64(..));
        let profile = std::env::temp_dir().join(name);
        std::fs::create_dir(&profile).map_err(cannot)?;
        let browser = self.spawn(&program, &profile, url, trusted);
        let guarded = browser.and_then(|mut browser| match guard(&browser, &profile) {
            Ok(guard) => Ok((browser, guard)),
            Err(error) => browser.kill().and(Err(error)),
        });
        match guarded {
            Ok((browser, guard)) => Ok(Running { browser, guard, profile }),
            Err(error) => {
                // The error that is told is the first one; a profile left behind is empty.
                std::fs::remove_dir_all(&profile).unwrap_or_default();
                Err(cannot(error))
            }
        }
    }

    fn spawn(
        self,
        program: &Path,
        profile: &Path,
        url: &str,
        trusted: Option<&Standing>,
    ) -> std::io::Result<Child> {
        if self == Self::Firefox {
            std::fs::write(profile.join("user.js"), FIREFOX_PREFERENCES)?;
            if let Some(standing) = trusted {
                std::fs::write(profile.join("cert_override.txt"), exception(standing))?;
            }
        }
        own_group(Command::new(program).args(self.arguments(profile, url, trusted)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    }
}

/// What Firefox writes down when its user accepts a certificate: for this host and port, by its SHA-256.
fn exception(Standing { authority, certificate, .. }: &Standing) -> String {
    const SHA256: &str = "OID.2.16.840.1.101.3.4.2.1";
    let line = |sha256: &str| format!("{authority}:\t{SHA256}\t{sha256}\t\n");
    certificate.as_ref().map(|certificate| line(&certificate.sha256)).unwrap_or_default()
}

fn guard(browser: &Child, profile: &Path) -> std::io::Result<Child> {
    own_group(Command::new("sh").args(["-c", GUARD, "guard"]).arg(browser.id().to_string()).arg(profile))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// Ctrl-C on a terminal goes to the whole group; and a group can be ended as one.
fn own_group(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command
}

#[cfg(unix)]
fn root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn root() -> bool {
    false
}

impl Running {
    /// Whether it has ended by itself.
    pub(super) fn ended(&mut self) -> bool {
        matches!(self.browser.try_wait(), Ok(Some(_)))
    }
}

impl Drop for Running {
    /// Takes a moment: until the guard has done its work.
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // Each of them fails only if it is over already.
        self.guard.wait().map(drop).unwrap_or_default();
        self.browser.kill().unwrap_or_default();
        self.browser.wait().map(drop).unwrap_or_default();
        let patience = Instant::now() + Duration::from_secs(2);
        while self.profile.exists() && Instant::now() < patience {
            // The guard gave up; what it could not remove is tried until it can be.
            std::fs::remove_dir_all(&self.profile).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_called_by_what_it_says_of_itself() {
        let agent =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0";
        assert_eq!(Browser::Chromium.title(agent), "Chromium 156");
        assert_eq!(Browser::Firefox.title("Gecko/20100101 Firefox/153.0"), "Firefox 153");
        assert_eq!(Browser::Firefox.title("unheard of"), "Firefox");
    }

    /// The group of a shell stands for a browser's: it does not end by itself, and has a child.
    #[cfg(unix)]
    #[test]
    fn nothing_is_left_of_it() {
        let profile = std::env::temp_dir().join(format!("fourways-browser-test-{:016x}", fastrand::u64(..)));
        std::fs::create_dir(&profile).unwrap();
        let browser = own_group(Command::new("sh").args(["-c", "sleep 600 & echo $! > \"$0\"/child; wait"]))
            .arg(&profile)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let guard = guard(&browser, &profile).unwrap();
        let told = profile.join("child");
        let child = loop {
            if let Some(pid) = std::fs::read_to_string(&told).ok().and_then(|pid| pid.trim().parse().ok()) {
                break rustix::process::Pid::from_raw(pid).unwrap();
            }
            std::thread::yield_now();
        };
        drop(Running { browser, guard, profile: profile.clone() });
        assert!(!profile.exists());
        // Whoever reaps it may take a moment; without the guard it would be there for ten minutes.
        let since = Instant::now();
        while rustix::process::test_kill_process(child).is_ok() && !is_dead(child) {
            assert!(since.elapsed() < Duration::from_secs(20), "its child is still there");
            std::thread::yield_now();
        }
    }

    /// Dead, and not yet reaped by whoever adopted it.
    #[cfg(unix)]
    fn is_dead(pid: rustix::process::Pid) -> bool {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
    }
}
