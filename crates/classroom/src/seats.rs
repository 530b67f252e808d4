//! Places at the live connection: a bound for all, one for each address, and some that are kept for the presenter.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use transport::Problem;

/// Connections in all.
pub(crate) const SEATS: usize = 300;
/// Of these, for the presenter alone.
pub(crate) const RESERVED: usize = 8;
/// Of one address; loopback is exempt, and so is the presenter. A whole class may sit behind one router.
pub(crate) const PER_ADDRESS: usize = 150;

/// Who sits where.
#[derive(Debug, Default)]
pub(crate) struct Seats(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    visitors: usize,
    of_address: HashMap<IpAddr, usize>,
    /// Where the presenter has proved to be.
    presenters: HashMap<IpAddr, usize>,
}

/// One place; given back by dropping it.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    address: IpAddr,
    visitor: bool,
    presenters: bool,
}

impl Seats {
    /// A place for a connection from `address`; `may_present` if the presenter may be there. Such a one gets a place that
    /// is kept for the presenter where visitors get none: the token can only come once it sits.
    ///
    /// # Errors
    /// 429 when that address has too many, 503 when there is none left.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr, may_present: bool) -> Result<Seat, Problem> {
        let address = address.to_canonical();
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let crowded = !address.is_loopback() && taken.of_address.get(&address) >= Some(&PER_ADDRESS);
        let visitor = !crowded && taken.visitors < SEATS - RESERVED;
        let kept = may_present && taken.all - taken.visitors < RESERVED;
        if crowded && !kept {
            let detail = format!("{PER_ADDRESS} of yours are open; close one");
            let title = "too many connections from one address";
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, title, detail).retry_after(2));
        }
        if taken.all >= SEATS || !(visitor || kept) {
            let detail = format!("{} devices are connected; come back when one has left", taken.visitors);
            return Err(
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the class is full", detail).retry_after(5)
            );
        }
        taken.all += 1;
        taken.visitors += usize::from(visitor);
        *taken.of_address.entry(address).or_default() += 1;
        Ok(Seat { seats: Arc::clone(self), address, visitor, presenters: false })
    }

    /// Whether the presenter sits somewhere there.
    pub(crate) fn presents_at(&self, address: IpAddr) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).presenters.contains_key(&address)
    }
}

impl Seat {
    /// Whoever sits there comes from here.
    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether it is one of the kept ones: who sits there must be the presenter.
    pub(crate) fn is_reserved(&self) -> bool {
        !self.visitor
    }

    /// It is the presenter who sits here: a visitor's place becomes free.
    pub(crate) fn is_the_presenters(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.visitors -= usize::from(std::mem::take(&mut self.visitor));
        if !std::mem::replace(&mut self.presenters, true) {
            *taken.presenters.entry(self.address).or_default() += 1;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        taken.visitors -= usize::from(self.visitor);
        less(&mut taken.of_address, self.address);
        if self.presenters {
            less(&mut taken.presenters, self.address);
        }
    }
}

/// One less of an address.
fn less(counts: &mut HashMap<IpAddr, usize>, address: IpAddr) {
    if let Some(count) = counts.get_mut(&address) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// In all, and by visitors.
    fn taken(seats: &Seats) -> (usize, usize) {
        let taken = seats.0.lock().unwrap();
        (taken.all, taken.visitors)
    }

    #[test]
    fn a_full_class_has_room_for_the_presenter() {
        let seats = Arc::new(Seats::default());
        let visitors: Vec<_> = (0..SEATS - RESERVED)
            .map(|number| seats.take(address((number / PER_ADDRESS) as u8), false))
            .collect();
        assert!(visitors.iter().all(Result::is_ok));
        assert_eq!(seats.take(address(99), false).unwrap_err().status(), 503);
        let kept: Vec<_> = (0..RESERVED).map(|_| seats.take(address(99), true).unwrap()).collect();
        assert!(kept.iter().all(Seat::is_reserved));
        assert_eq!(seats.take(address(99), true).unwrap_err().status(), 503, "these are bounded too");
        drop((visitors, kept));
        assert_eq!(taken(&seats), (0, 0));
        assert!(seats.0.lock().unwrap().of_address.is_empty());
    }

    #[test]
    fn the_presenter_takes_no_place_of_a_visitor() {
        let seats = Arc::new(Seats::default());
        let mut seat = seats.take(address(1), true).unwrap();
        assert!(!seat.is_reserved(), "as long as there is room");
        seat.is_the_presenters();
        assert_eq!(taken(&seats), (1, 0));
        seat.is_the_presenters();
        drop(seat);
        assert_eq!(taken(&seats), (0, 0));
    }

    #[test]
    fn one_address_cannot_take_them_all() {
        let seats = Arc::new(Seats::default());
        let mine: Vec<_> = (0..PER_ADDRESS).map(|_| seats.take(address(1), false).unwrap()).collect();
        assert_eq!(seats.take("::ffff:192.0.2.1".parse().unwrap(), false).unwrap_err().status(), 429);
        assert!(seats.take(address(2), false).is_ok());
        drop(mine);
        let here = (0..=PER_ADDRESS).map(|_| seats.take("127.0.0.1".parse().unwrap(), false));
        assert!(here.collect::<Vec<_>>().iter().all(Result::is_ok), "loopback is exempt");
    }

    #[test]
    fn the_presenter_comes_in_behind_the_router_of_a_class() {
        let seats = Arc::new(Seats::default());
        let class: Vec<_> = (0..PER_ADDRESS).map(|_| seats.take(address(1), true).unwrap()).collect();
        assert!(class.iter().all(|seat| !seat.is_reserved()));
        let kept: Vec<_> = (0..RESERVED).map(|_| seats.take(address(1), true).unwrap()).collect();
        assert!(kept.iter().all(Seat::is_reserved), "without the token it has to go");
        assert_eq!(seats.take(address(1), true).unwrap_err().status(), 429);
        assert!(seats.take(address(2), false).is_ok(), "of the visitors' places none is gone");
    }
}
