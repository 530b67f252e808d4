//! Who has joined: a number, a lane, a bet. Nothing personal is asked or kept; a key that only the phone knows brings it
//! back to its number after it has slept.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tokio::time::{Duration, Instant};

use crate::way::{LANES, names};

/// Phones that are remembered, those that sleep included. More than connections: they come and go.
const PHONES_MAX: usize = 600;
/// Of these, phones that came from one address; loopback is exempt. A whole class may sit behind one router.
const PER_ADDRESS: usize = 150;
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
    /// Whether bets are taken now.
    bets_open: bool,
    /// When these bets, or the last ones, were opened, in Unix microseconds: it tells them from all others.
    bets_opened_us: Option<u64>,
    /// Which phones have said since the last time that they got a tick.
    wave: BTreeMap<u64, BTreeSet<u32>>,
}

#[derive(Debug)]
struct Phone {
    number: u32,
    lane: usize,
    bet: Option<usize>,
    /// Where it came from first.
    address: IpAddr,
    /// Its open connections: two tabs are one phone.
    links: u32,
    left: Instant,
}

/// A connection that joins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Joining {
    /// The lane that was chosen. Without one the phone keeps its own, or gets the one with the fewest.
    pub(crate) lane: Option<usize>,
    /// By which the phone comes back.
    pub(crate) key: Option<Key>,
    /// The phone that has joined at this connection before.
    pub(crate) before: Option<Key>,
    /// The key that it gets if it is a new one.
    pub(crate) fresh: Key,
    pub(crate) address: IpAddr,
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
    pub(crate) bets_opened_us: Option<u64>,
}

impl Phones {
    /// A phone comes, or comes back by its key. A connection is one phone: with a key that nobody knows it stays the one
    /// that it was, and with the key of another phone the one that it was is forgotten, for it never was away. None
    /// when there is no room, and nobody has gone who could make some.
    pub(crate) fn join(&self, joining: Joining) -> Option<(Key, You)> {
        let Joining { lane, key, before, fresh, address } = joining;
        let mut class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        class.forget();
        let known = |key: &Key| class.phones.contains_key(key);
        let (known_before, known_key) = (before.filter(known), key.filter(known));
        let key = match known_key.or(known_before) {
            Some(key) => key,
            None if class.has_room(address) => fresh,
            None => return None,
        };
        if known_before != Some(key) {
            class.replace(known_before);
            let (number, fewest) = (class.free_number(), class.fewest());
            let phone = class.phones.entry(key).or_insert_with(|| Phone {
                number,
                lane: lane.unwrap_or(fewest),
                bet: None,
                address: address.to_canonical(),
                links: 0,
                left: Instant::now(),
            });
            phone.links += 1;
        }
        let phone = class.phones.get_mut(&key)?;
        phone.lane = lane.unwrap_or(phone.lane);
        Some((key, You { number: phone.number, lane: names()[phone.lane], key: format!("{key:016x}") }))
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

    /// Bets are taken from now on, or not any more. When they are opened they begin anew: the old ones are gone.
    pub(crate) fn take_bets(&self, open: bool, now_us: u64) {
        let mut class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open && !class.bets_open {
            class.phones.values_mut().for_each(|phone| phone.bet = None);
            class.bets_opened_us = Some(now_us);
        }
        class.bets_open = open;
    }

    /// It got a tick.
    pub(crate) fn got(&self, key: Key, seq: u64) {
        let mut class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(number) = class.phones.get(&key).map(|phone| phone.number) else { return };
        class.wave.entry(seq).or_default().insert(number);
        if class.wave.len() > TICKS_MAX {
            // The one that fewest say to have got, and of these the oldest: one phone alone pushes out nobody's.
            let fewest = class.wave.iter().min_by_key(|(_, got)| got.len());
            let fewest = fewest.map(|(seq, _)| *seq);
            fewest.and_then(|seq| class.wave.remove(&seq));
        }
    }

    /// Which phones got which tick since the last time.
    pub(crate) fn take_wave(&self) -> BTreeMap<u64, BTreeSet<u32>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).wave)
    }

    pub(crate) fn told(&self) -> Told {
        let class = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = Told { bets_opened_us: class.bets_opened_us, ..Told::default() };
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
    /// Forgets those that have been gone for long. While bets are taken, who has bet is kept.
    fn forget(&mut self) {
        let bets_open = self.bets_open;
        let stays = |phone: &Phone| phone.links > 0 || bets_open && phone.bet.is_some();
        self.phones.retain(|_, phone| stays(phone) || phone.left.elapsed() < REMEMBERED);
    }

    /// A connection is another phone from now on. The one that it was is forgotten, unless it is open elsewhere too.
    fn replace(&mut self, before: Option<Key>) {
        let Some(before) = before else { return };
        if let Some(phone) = self.phones.get_mut(&before) {
            phone.links = phone.links.saturating_sub(1);
            if phone.links == 0 {
                self.phones.remove(&before);
            }
        }
    }

    /// Whether one more phone may come from there. An address that has its share makes room by itself; when all is
    /// full, the one does that has most. Whoever sleeps longest goes, and nobody who has bet.
    fn has_room(&mut self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let mut of_address: HashMap<IpAddr, usize> = HashMap::new();
        for phone in self.phones.values() {
            *of_address.entry(phone.address).or_default() += 1;
        }
        let has_its_share = !address.is_loopback() && of_address.get(&address) >= Some(&PER_ADDRESS);
        if !has_its_share && self.phones.len() < PHONES_MAX {
            return true;
        }
        let asleep = self.phones.iter().filter(|(_, phone)| {
            phone.links == 0 && phone.bet.is_none() && (!has_its_share || phone.address == address)
        });
        let longest = asleep.max_by_key(|(_, phone)| (of_address[&phone.address], Reverse(phone.left)));
        let Some((&key, _)) = longest else { return false };
        self.phones.remove(&key);
        true
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

    impl Phones {
        /// A new connection from an address that ends so.
        fn come(&self, last: u8, lane: Option<usize>, key: Option<Key>, fresh: Key) -> Option<(Key, You)> {
            self.join(Joining { lane, key, before: None, fresh, address: [192, 0, 2, last].into() })
        }

        fn known(&self) -> usize {
            self.0.lock().unwrap().phones.len()
        }
    }

    #[test]
    fn phones_are_numbered_and_spread() {
        let phones = Phones::default();
        let joined: Vec<_> = (0..6).map(|key| phones.come(1, None, None, key).unwrap().1).collect();
        assert_eq!(joined.iter().map(|you| you.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        let lanes: Vec<_> = joined.iter().map(|you| you.lane).collect();
        assert_eq!(lanes, ["poll", "long-poll", "ws", "sse", "poll", "long-poll"]);
        assert_eq!(phones.come(1, Some(3), None, 6).unwrap().1.lane, "sse", "as it was chosen");
        assert_eq!((phones.told().joined, phones.told().lanes), (7, [2, 2, 1, 2]));
        phones.bye(2);
        let you = You { number: 3, lane: "ws", key: format!("{:016x}", 7) };
        assert_eq!(phones.come(1, None, None, 7), Some((7, you)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_phone_that_slept_has_its_number_and_its_bet() {
        let phones = Phones::default();
        let (key, you) = phones.come(1, Some(2), None, 77).unwrap();
        assert!(phones.bet(key, 1));
        phones.leave(key);
        assert_eq!((phones.told().joined, phones.told().bets), (0, [0, 1, 0, 0]), "it has bet");
        tokio::time::advance(REMEMBERED - Duration::from_secs(1)).await;
        assert_eq!(phones.come(1, None, Some(key), 99), Some((key, you)));
        phones.leave(key);
        tokio::time::advance(REMEMBERED).await;
        let (other, again) = phones.come(1, None, Some(key), 99).unwrap();
        assert_eq!((other, again.number, again.lane), (99, 1, "poll"), "forgotten: it begins anew");
        assert!(!phones.bet(key, 1));
    }

    #[test]
    fn one_bet_counts_for_each_phone() {
        let phones = Phones::default();
        phones.take_bets(true, 1);
        let (key, _) = phones.come(1, None, None, 1).unwrap();
        // A second tab of it.
        assert_eq!(phones.come(1, None, Some(key), 2).unwrap().0, key);
        for lane in [0, 3, 3, 1] {
            assert!(phones.bet(key, lane));
        }
        assert_eq!(phones.told().bets, [0, 1, 0, 0]);
        assert_eq!(phones.told().joined, 1);
        phones.take_bets(true, 2);
        let told = phones.told();
        assert_eq!((told.bets, told.bets_opened_us), ([0, 1, 0, 0], Some(1)), "they were open already");
        phones.take_bets(false, 3);
        assert_eq!(phones.told(), told, "who has bet on what is still to be seen");
        phones.take_bets(true, 4);
        let told = phones.told();
        assert_eq!((told.bets, told.bets_opened_us), ([0; LANES], Some(4)));
    }

    #[test]
    fn the_wave_is_told_once_and_bounded() {
        let phones = Phones::default();
        let keys = [1, 2].map(|key| phones.come(1, None, None, key).unwrap().0);
        for key in [keys[0], keys[1], keys[0]] {
            phones.got(key, 5);
        }
        phones.got(404, 5);
        assert_eq!(phones.take_wave(), BTreeMap::from([(5, BTreeSet::from([1, 2]))]));
        assert!(phones.take_wave().is_empty());
        (0..1_000).for_each(|seq| phones.got(keys[0], seq));
        assert_eq!(phones.take_wave().keys().copied().collect::<Vec<_>>(), Vec::from_iter(968..1_000));
        keys.iter().for_each(|key| phones.got(*key, 5));
        (100..1_000).for_each(|seq| phones.got(keys[0], seq));
        assert_eq!(phones.take_wave()[&5].len(), 2, "one phone pushes out nothing that others got");
    }

    #[test]
    fn a_connection_is_one_phone_whatever_keys_it_says() {
        let phones = Phones::default();
        let first = phones.come(1, None, None, 1).unwrap();
        let again = |before, key, fresh| {
            let address = [192, 0, 2, 1].into();
            phones.join(Joining { lane: Some(0), key, before, fresh, address }).unwrap()
        };
        for key in 100..200 {
            assert_eq!(again(Some(first.0), Some(key), key + 1_000), first, "nobody knows that key");
        }
        assert_eq!((phones.known(), phones.told().joined), (1, 1));
        // One that slept comes back at a connection that has joined as a new one.
        let (slept, _) = phones.come(1, None, None, 2).unwrap();
        phones.leave(slept);
        assert_eq!(again(Some(first.0), Some(slept), 3).1.number, 2);
        assert_eq!((phones.known(), phones.told().joined), (1, 1), "what it was never was away");
        // With a second tab, what it was goes on.
        phones.come(1, None, Some(slept), 4).unwrap();
        let (other, _) = phones.come(1, None, None, 5).unwrap();
        assert_eq!(again(Some(slept), Some(other), 6).0, other);
        assert_eq!((phones.known(), phones.told().joined), (2, 2));
        // It has said goodbye elsewhere.
        phones.bye(other);
        assert_eq!(again(Some(other), None, 7).0, 7);
    }

    #[test]
    fn an_address_that_misbehaves_costs_only_itself() {
        let phones = Phones::default();
        phones.take_bets(true, 1);
        let (honest, you) = phones.come(1, Some(0), None, 1).unwrap();
        phones.leave(honest);
        // They come and go, again and again.
        for key in 10..210 {
            for last in 2..9 {
                let (key, _) = phones.come(last, None, None, key * 16 + u64::from(last)).unwrap();
                phones.leave(key);
            }
        }
        assert_eq!(phones.known(), PHONES_MAX);
        assert_eq!(phones.come(1, None, Some(honest), 2), Some((honest, you)), "who slept meanwhile");
        let from_one =
            || (0..=u64::from(u16::MAX)).map_while(|key| phones.come(9, None, None, 1 << 32 | key));
        assert_eq!(from_one().count(), PER_ADDRESS, "then there is no room for it");
        assert!(phones.come(10, None, None, 3).is_some(), "and for others there is");
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_bet_is_kept_as_long_as_bets_are_taken() {
        let phones = Phones::default();
        phones.take_bets(true, 1);
        let bets =
            |from: Key, last| (from..from + 999).map_while(|fresh| phones_bet(&phones, last, fresh)).count();
        let all = bets(1_000, 1) + bets(2_000, 2) + bets(3_000, 3) + bets(4_000, 4) + bets(5_000, 5);
        assert_eq!(all, PHONES_MAX, "nobody is pushed out");
        tokio::time::advance(REMEMBERED).await;
        assert!(bets(6_000, 6) == 0 && phones.known() == PHONES_MAX);
        phones.take_bets(false, 2);
        assert_eq!(bets(7_000, 7), PER_ADDRESS, "who has slept for long is forgotten then");
    }

    /// A phone comes, bets and goes.
    fn phones_bet(phones: &Phones, last: u8, fresh: Key) -> Option<()> {
        let (key, _) = phones.come(last, None, None, fresh)?;
        assert!(phones.bet(key, 1));
        phones.leave(key);
        Some(())
    }

    #[test]
    fn this_machine_has_no_limit_of_its_own() {
        let phones = Phones::default();
        let join = |fresh| {
            let joining =
                Joining { lane: None, key: None, before: None, fresh, address: [127, 0, 0, 1].into() };
            phones.join(joining)
        };
        assert_eq!((0..).map_while(join).count(), PHONES_MAX);
    }
}
