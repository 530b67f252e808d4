//! Who has joined: a number, a lane, a bet. Nothing personal is asked or kept; a key that only the phone knows brings it
//! back to its number after it has slept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tokio::time::{Duration, Instant};

use crate::way::{LANES, names};

/// Phones that are remembered, those that sleep included. More than connections: they come and go.
const PHONES_MAX: usize = 600;
/// How long one that has gone keeps its number and its bet.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);
/// Ticks of one flush of the wave; nobody can see more.
const TICKS_MAX: usize = 32;

/// What brings a phone back to its number.
pub(crate) type Key = u64;

/// All phones of a class.
#[derive(Debug, Default)]
pub(crate) struct Phones(Mutex<Class>);

#[derive(Debug, Default)]
struct Class {
    phones: HashMap<Key, Phone>,
    /// Which phones have said since the last time that they got a tick.
    wave: BTreeMap<u64, BTreeSet<u32>>,
}

#[derive(Debug)]
struct Phone {
    number: u32,
    lane: usize,
    bet: Option<usize>,
    /// Its open connections: two tabs are one phone.
    links: u32,
    left: Instant,
}

/// What a phone is told of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct You {
    pub(crate) number: u32,
    pub(crate) lane: &'static str,
    /// In hexadecimal. To be sent with the next `join`.
    pub(crate) key: String,
}

/// What everybody may know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) joined: usize,
    pub(crate) lanes: [usize; LANES],
    pub(crate) bets: [usize; LANES],
}

impl Phones {
    /// A phone comes, or comes back by its key. `fresh` is the key of a new one. Without a lane it keeps its own, or
    /// gets the one with the fewest.
    pub(crate) fn join(&self, lane: Option<usize>, key: Option<Key>, fresh: Key) -> (Key, You) {
        let mut class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        class.forget();
        let key = key.filter(|key| class.phones.contains_key(key)).unwrap_or(fresh);
        let (number, fewest) = (class.free_number(), class.fewest());
        let phone = class.phones.entry(key).or_insert_with(|| Phone {
            number,
            lane: lane.unwrap_or(fewest),
            bet: None,
            links: 0,
            left: Instant::now(),
        });
        phone.links += 1;
        phone.lane = lane.unwrap_or(phone.lane);
        (key, You { number: phone.number, lane: names()[phone.lane], key: format!("{key:016x}") })
    }

    /// A connection of it has gone. It keeps its number and bet for a while: it may only sleep.
    pub(crate) fn leave(&self, key: Key) {
        let mut class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(phone) = class.phones.get_mut(&key) {
            phone.links = phone.links.saturating_sub(1);
            phone.left = Instant::now();
        }
    }

    /// It says goodbye: nothing of it is kept.
    pub(crate) fn bye(&self, key: Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).phones.remove(&key);
    }

    /// It bets on a lane; the last bet counts. False if it is not known any more.
    pub(crate) fn bet(&self, key: Key, lane: usize) -> bool {
        let mut class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        class.phones.get_mut(&key).map(|phone| phone.bet = Some(lane)).is_some()
    }

    /// New bets begin: the old ones are gone.
    pub(crate) fn clear_bets(&self) {
        let mut class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        class.phones.values_mut().for_each(|phone| phone.bet = None);
    }

    /// It got a tick.
    pub(crate) fn got(&self, key: Key, seq: u64) {
        let mut class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(number) = class.phones.get(&key).map(|phone| phone.number) else { return };
        class.wave.entry(seq).or_default().insert(number);
        if class.wave.len() > TICKS_MAX {
            // The oldest is the one that nobody waits for.
            class.wave.pop_first();
        }
    }

    /// Which phones got which tick since the last time.
    pub(crate) fn take_wave(&self) -> BTreeMap<u64, BTreeSet<u32>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).wave)
    }

    pub(crate) fn told(&self) -> Told {
        let class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = Told::default();
        for phone in class.phones.values() {
            if phone.links > 0 {
                told.joined += 1;
                told.lanes[phone.lane] += 1;
            }
            // A phone that fell asleep after its bet has bet.
            if let Some(lane) = phone.bet {
                told.bets[lane] += 1;
            }
        }
        told
    }
}

impl Class {
    /// Forgets those that have been gone for long, and makes room for one more.
    fn forget(&mut self) {
        self.phones.retain(|_, phone| phone.links > 0 || phone.left.elapsed() < REMEMBERED);
        while self.phones.len() >= PHONES_MAX {
            let gone = self.phones.iter().filter(|(_, phone)| phone.links == 0);
            let Some((&key, _)) = gone.min_by_key(|(_, phone)| phone.left) else { return };
            self.phones.remove(&key);
        }
    }

    fn free_number(&self) -> u32 {
        let taken: BTreeSet<_> = self.phones.values().map(|phone| phone.number).collect();
        (1..).find(|number| !taken.contains(number)).unwrap_or(u32::MAX)
    }

    fn fewest(&self) -> usize {
        let mut counts = [0; LANES];
        self.phones.values().filter(|phone| phone.links > 0).for_each(|phone| counts[phone.lane] += 1);
        (0..LANES).min_by_key(|place| counts[*place]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_numbered_and_spread() {
        let phones = Phones::default();
        let joined: Vec<_> = (0..6).map(|key| phones.join(None, None, key).1).collect();
        assert_eq!(joined.iter().map(|you| you.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        let lanes: Vec<_> = joined.iter().map(|you| you.lane).collect();
        assert_eq!(lanes, ["poll", "long-poll", "ws", "sse", "poll", "long-poll"]);
        assert_eq!(phones.join(Some(3), None, 6).1.lane, "sse", "as it was chosen");
        assert_eq!((phones.told().joined, phones.told().lanes), (7, [2, 2, 1, 2]));
        phones.bye(2);
        assert_eq!(phones.join(None, None, 7).1, You { number: 3, lane: "ws", key: format!("{:016x}", 7) });
    }

    #[tokio::test(start_paused = true)]
    async fn a_phone_that_slept_has_its_number_and_its_bet() {
        let phones = Phones::default();
        let (key, you) = phones.join(Some(2), None, 77);
        assert!(phones.bet(key, 1));
        phones.leave(key);
        assert_eq!((phones.told().joined, phones.told().bets), (0, [0, 1, 0, 0]), "it has bet");
        tokio::time::advance(REMEMBERED - Duration::from_secs(1)).await;
        assert_eq!(phones.join(None, Some(key), 99), (key, you.clone()));
        phones.leave(key);
        tokio::time::advance(REMEMBERED).await;
        let (other, again) = phones.join(None, Some(key), 99);
        assert_eq!((other, again.number, again.lane), (99, 1, "poll"), "forgotten: it begins anew");
        assert!(!phones.bet(key, 1));
    }

    #[test]
    fn one_bet_counts_for_each_phone() {
        let phones = Phones::default();
        let (key, _) = phones.join(None, None, 1);
        // A second tab of it.
        assert_eq!(phones.join(None, Some(key), 2).0, key);
        for lane in [0, 3, 3, 1] {
            assert!(phones.bet(key, lane));
        }
        assert_eq!(phones.told().bets, [0, 1, 0, 0]);
        assert_eq!(phones.told().joined, 1);
        phones.clear_bets();
        assert_eq!(phones.told().bets, [0; LANES]);
    }

    #[test]
    fn the_wave_is_told_once_and_bounded() {
        let phones = Phones::default();
        let keys = [1, 2].map(|key| phones.join(None, None, key).0);
        for key in [keys[0], keys[1], keys[0]] {
            phones.got(key, 5);
        }
        phones.got(404, 5);
        assert_eq!(phones.take_wave(), BTreeMap::from([(5, BTreeSet::from([1, 2]))]));
        assert!(phones.take_wave().is_empty());
        (0..1_000).for_each(|seq| phones.got(keys[0], seq));
        assert_eq!(phones.take_wave().keys().copied().collect::<Vec<_>>(), Vec::from_iter(968..1_000));
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room() {
        let phones = Phones::default();
        for key in 0..2 * PHONES_MAX as u64 {
            phones.join(None, None, key);
            phones.leave(key);
        }
        assert_eq!(phones.0.lock().unwrap().phones.len(), PHONES_MAX);
    }
}
