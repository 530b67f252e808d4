//! At which addresses others reach this machine, and under which names the page is known.

use std::net::{IpAddr, SocketAddr};

use serde::Serialize;

/// An address of this machine that another one can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The network interface, as the system calls it: `wlan0`.
    pub name: String,
    /// The address itself.
    pub ip: IpAddr,
}

/// Where a phone joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Joining {
    /// The network interface.
    name: String,
    /// What the QR code says.
    url: String,
}

/// The addresses at which others reach a server that listens at `listen`: none on loopback, all of this machine behind
/// 0.0.0.0 (IPv4) or [::] (both). Link-local addresses are left out: no browser takes them without an interface.
#[must_use]
pub fn reachable(listen: IpAddr) -> Vec<Address> {
    // A system that does not tell its addresses can still be reached by those who know them.
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let all = all.into_iter().filter(|interface| !interface.is_link_local());
    pick(all.map(|interface| Address { ip: interface.ip(), name: interface.name }), listen)
}

fn pick(all: impl Iterator<Item = Address>, listen: IpAddr) -> Vec<Address> {
    let takes = |ip: IpAddr| match listen {
        IpAddr::V4(any) if any.is_unspecified() => ip.is_ipv4(),
        IpAddr::V6(any) if any.is_unspecified() => true,
        one => ip == one.to_canonical() || ip == one,
    };
    let mut picked: Vec<_> = all.filter(|address| !address.ip.is_loopback() && takes(address.ip)).collect();
    // A phone types IPv4 more easily.
    picked.sort_by_key(|address| address.ip.is_ipv6());
    picked
}

/// How an address stands in a `Host` header: IPv6 in brackets.
#[must_use]
pub fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// The origins of the page at `listen`, exact: one for each name that a browser on this machine or another may use, with
/// `names` among them. A browser writes names small.
#[must_use]
pub fn origins(listen: SocketAddr, reachable: &[Address], names: &[String]) -> Vec<String> {
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    if listen.is_ipv6() {
        hosts.push("[::1]".to_owned());
    }
    if !listen.ip().is_unspecified() {
        hosts.push(host(listen.ip()));
    }
    hosts.extend(reachable.iter().map(|address| host(address.ip)));
    hosts.extend(names.iter().map(|name| name.to_ascii_lowercase()));
    hosts.sort();
    hosts.dedup();
    hosts.into_iter().map(|host| format!("http://{host}:{}", listen.port())).collect()
}

/// Where phones join: one for each address.
pub(crate) fn joining(port: u16, reachable: &[Address]) -> Vec<Joining> {
    let url = |ip| format!("http://{}:{port}/join", host(ip));
    reachable.iter().map(|address| Joining { name: address.name.clone(), url: url(address.ip) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Address> {
        let address = |(name, ip): (&str, &str)| Address { name: name.to_owned(), ip: ip.parse().unwrap() };
        let all = [("lo", "127.0.0.1"), ("lo", "::1"), ("wlan0", "2001:db8::7"), ("wlan0", "192.168.1.20")];
        all.map(address).into_iter()
    }

    fn picked(listen: &str) -> Vec<String> {
        pick(all(), listen.parse().unwrap()).into_iter().map(|address| host(address.ip)).collect()
    }

    #[test]
    fn others_reach_what_is_listened_at() {
        assert_eq!(picked("0.0.0.0"), ["192.168.1.20"]);
        assert_eq!(picked("::"), ["192.168.1.20", "[2001:db8::7]"]);
        assert_eq!(picked("192.168.1.20"), ["192.168.1.20"]);
        for nobody in ["127.0.0.1", "::1", "192.168.1.21"] {
            assert!(picked(nobody).is_empty(), "{nobody}");
        }
    }

    #[test]
    fn the_page_has_an_origin_for_each_name() {
        let reachable = pick(all(), "0.0.0.0".parse().unwrap());
        assert_eq!(
            origins("0.0.0.0:8080".parse().unwrap(), &reachable, &[]),
            ["http://127.0.0.1:8080", "http://192.168.1.20:8080", "http://localhost:8080"]
        );
        assert_eq!(
            origins("[::1]:8080".parse().unwrap(), &[], &["Laptop.local".to_owned()]),
            [
                "http://127.0.0.1:8080",
                "http://[::1]:8080",
                "http://laptop.local:8080",
                "http://localhost:8080"
            ]
        );
        assert_eq!(joining(8080, &reachable)[0].url, "http://192.168.1.20:8080/join");
    }

    #[test]
    fn this_machine_tells_its_addresses() {
        assert!(reachable("127.0.0.1".parse().unwrap()).is_empty());
        for address in reachable("0.0.0.0".parse().unwrap()) {
            assert!(
                address.ip.is_ipv4() && !address.ip.is_loopback() && !address.name.is_empty(),
                "{address:?}"
            );
        }
    }
}
