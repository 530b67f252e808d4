//! A process as Linux's `/proc` shows it (proc(5)).

use std::fs::{read_dir, read_link, read_to_string};

use nix::time::ClockId;
use nix::unistd::Pid;

use crate::Sample;

/// `pid` and all that descend from it, summed.
pub(crate) fn sample(pid: u32) -> Sample {
    let mut sum = Sample::default();
    for pid in family(pid) {
        if let Some(one) = one(pid) {
            sum.add(&one);
        }
    }
    sum
}

/// A process and its descendants. Cheap: each thread lists the children that it began.
fn family(pid: u32) -> Vec<u32> {
    let (mut all, mut next) = (vec![pid], 0);
    while let Some(pid) = all.get(next) {
        let children = tasks(*pid).filter_map(|task| read_to_string(format!("{task}/children")).ok());
        let children: Vec<u32> = children
            .flat_map(|text| text.split_whitespace().flat_map(str::parse).collect::<Vec<_>>())
            .collect();
        all.extend(children);
        next += 1;
    }
    all
}

fn tasks(pid: u32) -> impl Iterator<Item = String> {
    let tasks = read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    tasks.map(|task| task.path().to_string_lossy().into_owned())
}

/// Descriptors of `pid` itself that are sockets.
pub(crate) fn sockets(pid: u32) -> Option<u64> {
    let entries = read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
    let targets = entries.filter_map(|entry| read_link(entry.path()).ok());
    Some(targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count() as u64)
}

/// One process; nothing if it has ended.
fn one(pid: u32) -> Option<Sample> {
    // `schedstat` of the process would be that of its main thread only, and `stat` counts in ticks of 10 ms.
    let cpu_us = ClockId::pid_cpu_clock_id(Pid::from_raw(i32::try_from(pid).ok()?)).ok();
    let cpu_us = cpu_us.and_then(|clock| clock.now().ok()).and_then(|time| {
        Some(u64::try_from(time.tv_sec()).ok()? * 1_000_000 + u64::try_from(time.tv_nsec()).ok()? / 1_000)
    });
    let (user, system) = ticks(pid)?;
    let share = |part: u64| {
        Some((u128::from(cpu_us?) * u128::from(part) / u128::from((user + system).max(1))) as u64)
    };
    let (mut wait_us, mut switches) = (0, 0);
    for task in tasks(pid) {
        let schedstat = read_to_string(format!("{task}/schedstat")).unwrap_or_default();
        wait_us += schedstat.split(' ').nth(1).and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0) / 1_000;
        let status = read_to_string(format!("{task}/status")).unwrap_or_default();
        switches += figure(&status, "voluntary_ctxt_switches:").unwrap_or(0)
            + figure(&status, "nonvoluntary_ctxt_switches:").unwrap_or(0);
    }
    let rollup = read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let memory = |name| figure(&rollup, name).map(|kilobytes| kilobytes * 1024);
    Some(Sample {
        cpu_us,
        user_us: share(user),
        system_us: cpu_us.zip(share(user)).map(|(all, user)| all - user),
        wait_us: Some(wait_us),
        rss_bytes: memory("Rss:"),
        pss_bytes: memory("Pss:"),
        anon_bytes: memory("Pss_Anon:"),
        fds: read_dir(format!("/proc/{pid}/fd")).ok().map(|entries| entries.count() as u64),
        switches: Some(switches),
        processes: 1,
    })
}

/// User and system time in ticks: fields 14 and 15. The name before them is in parentheses and may hold anything.
fn ticks(pid: u32) -> Option<(u64, u64)> {
    let stat = read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// The number after a name at the beginning of a line.
fn figure(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn this_process_has_every_figure() {
        let Sample {
            cpu_us,
            user_us,
            system_us,
            wait_us,
            rss_bytes,
            pss_bytes,
            anon_bytes,
            fds,
            switches,
            processes,
        } = Sample::own();
        assert!(cpu_us.unwrap() > 0 && processes >= 1);
        assert_eq!(user_us.unwrap() + system_us.unwrap(), cpu_us.unwrap());
        assert!(rss_bytes.unwrap() >= pss_bytes.unwrap() && pss_bytes.unwrap() >= anon_bytes.unwrap());
        assert!(anon_bytes.unwrap() > 0 && fds.unwrap() >= 3 && switches.is_some() && wait_us.is_some());
    }

    #[test]
    fn sockets_are_told_from_files() {
        let _ends: Vec<_> = (0..5).map(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let (sockets, all) = (sockets(std::process::id()).unwrap(), Sample::own().fds.unwrap());
        assert!((5..all).contains(&sockets), "{sockets} of {all}");
        assert_eq!(super::sockets(u32::MAX), None, "nobody's");
    }

    #[test]
    fn children_of_children_are_in_the_sum() {
        // The shell stays, because something follows its child.
        let mut child =
            Command::new("sh").args(["-c", "sh -c 'cat; :'; :"]).stdin(Stdio::piped()).spawn().unwrap();
        // Bounded by the scheduler, not by a clock: the two begin as soon as they get a core.
        while Sample::of(child.id()).processes < 3 {
            std::thread::yield_now();
        }
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(Sample::of(child.id()), Sample::default(), "it has gone");
    }

    #[test]
    fn work_is_seen_in_between() {
        // Without children: those of the other tests come and go.
        let now = || one(std::process::id()).unwrap();
        let (before, mut sum) = (now(), 0_u64);
        while now().since(&before).cpu_us.unwrap() < 20_000 {
            sum = (0..10_000_u64).fold(sum, |sum, one| std::hint::black_box(sum.wrapping_add(one)));
        }
        assert_eq!(before.since(&now()).cpu_us, None, "backwards is missing, not 0");
    }
}
