//! Open files: each connection is one, in each process that it goes through.

use crate::{Error, Front, Settings};

/// Files beside the connections: the server leaves 256 for its own.
const SPARE: u64 = 320;

/// What one process needs at most for these settings.
#[must_use]
pub(crate) fn needed(settings: &Settings) -> u64 {
    let sides = match settings.front {
        Front::None => 1,
        Front::Nginx | Front::NginxBuffering | Front::NginxHttp2 => 2,
        Front::NginxGzip => 4,
    };
    u64::from(settings.clients) * sides + SPARE
}

/// Sees to it that this process, and with it its children, may open what `cells` need: raises the soft limit, as far as
/// the hard one.
///
/// # Errors
/// When the hard limit is too low, with how to raise it.
pub(crate) fn ensure(cells: &[Settings]) -> Result<(), Error> {
    let Some(largest) = cells.iter().max_by_key(|cell| needed(cell)) else { return Ok(()) };
    raise(largest.clients, needed(largest))
}

fn raise(clients: u32, needed: u64) -> Result<(), Error> {
    allow(needed).map_err(|allowed| Error::Files { clients, needed, allowed })
}

/// Raises the soft limit of open files to `needed`, if it is lower; children that are started later have it too.
///
/// # Errors
/// With the hard limit, when that is too low. What it allows is then set.
#[cfg(unix)]
pub fn allow(needed: u64) -> Result<(), u64> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    // None is no limit.
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let allowed = limit.maximum.unwrap_or(u64::MAX);
    limit.current = Some(needed.min(allowed));
    let set = setrlimit(Resource::Nofile, limit);
    if allowed < needed || set.is_err() { Err(allowed) } else { Ok(()) }
}

/// There is no such limit here.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn allow(_: u64) -> Result<(), u64> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::defaults;

    #[test]
    fn a_front_needs_both_sides_of_each_connection() {
        let direct = Settings { clients: 1_000, ..defaults() };
        let behind = Settings { front: Front::Nginx, ..direct.clone() };
        assert_eq!((needed(&direct), needed(&behind)), (1_320, 2_320));
    }

    #[cfg(unix)]
    #[test]
    fn too_few_files_say_how_many_and_how_to_raise_them() {
        let crowd = Settings { clients: u32::MAX, ..defaults() };
        let hard = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
        // Where there is no limit, or one beyond four thousand million files, nothing can be refused.
        let outcome = ensure(&[defaults(), crowd]);
        if hard.is_some_and(|hard| hard < u64::from(u32::MAX)) {
            let error = outcome.unwrap_err().to_string();
            assert!(
                error.contains("need 4294967615 open files") && error.contains("ulimit -n 4294967615"),
                "{error}"
            );
        }
        assert!(ensure(&[Settings { clients: 1, ..defaults() }]).is_ok());
    }
}
