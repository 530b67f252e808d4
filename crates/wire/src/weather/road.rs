//! One direction of a connection: bytes are read, are under way as the weather has it, and are handed on.

use std::io::{self, ErrorKind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::Weather;
use super::accept::Place;
use super::lumps::Lumps;
use super::pace::Pace;
use super::queue::{End, Next, Packet, Queue};
use super::telling::Telling;

/// What is read at once.
const READ_BYTES: usize = 16 * 1024;
/// A socket that takes no byte for so long is given up, as our servers do it (their limit `full_ms`): behind the proxy
/// they do not see that a client is stuck.
pub(super) const FULL_MAX: Duration = Duration::from_secs(30);

/// How a connection broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// An end is gone.
    Reset,
    /// The server is gone. What it said before is still under way: the other direction ends when that has passed.
    Unheard,
    /// It came to the byte behind which it was to be cut.
    AtItsEnd,
}

/// One direction.
pub(super) struct Road<'a> {
    from: &'a TcpStream,
    to: &'a TcpStream,
    up: bool,
    place: &'a Place,
    telling: &'a Mutex<Telling>,
    weather: watch::Receiver<Weather>,
    queue: Queue,
    lumps: Lumps,
    /// How fast is read, and how fast is written.
    paces: (Pace, Pace),
    /// Decides on jitter.
    dice: fastrand::Rng,
    /// Since when it stands open: the pace counts from there.
    opened: Instant,
    /// Since when the socket takes no byte.
    full: Option<Instant>,
}

impl<'a> Road<'a> {
    pub(super) fn new(
        from: &'a TcpStream,
        to: &'a TcpStream,
        up: bool,
        place: &'a Place,
        telling: &'a Mutex<Telling>,
    ) -> Self {
        let seed = place.connection().number() << 1 | u64::from(up);
        Self {
            from,
            to,
            up,
            place,
            telling,
            weather: place.shared().weather.subscribe(),
            queue: Queue::default(),
            lumps: Lumps::default(),
            paces: Default::default(),
            dice: fastrand::Rng::with_seed(seed),
            opened: Instant::now(),
            full: None,
        }
    }

    /// Carries what comes until its end has been passed on.
    pub(super) async fn carry(mut self) -> Result<(), Broken> {
        loop {
            let weather = self.weather.borrow_and_update().clone();
            self.keep_to(&weather);
            let (room, next) = (self.room(&weather), self.queue.next(&weather));
            let reads_at = (room > 0).then(|| self.paces.0.at(self.opened, room));
            let (mut bytes_due, mut end_due) = (None, None);
            match next {
                // Then nobody expects the socket to take anything.
                _ if weather.stall => self.full = None,
                Some(Next::Bytes(due)) => bytes_due = Some(due),
                Some(Next::End(end, due)) => end_due = Some((end, due)),
                None => {}
            }
            let writes_at = bytes_due.map(|due| self.paces.1.at(due, self.queue.front().len()));
            tokio::select! {
                changed = self.weather.changed() => changed.map_err(|_| Broken::Reset)?,
                ready = once(reads_at, self.from.readable()) => self.read(&weather, room, ready),
                ready = once(writes_at, self.to.writable()) => if let Some(due) = bytes_due {
                    self.write(due, ready).await?;
                },
                // Not when the socket can take more: an end needs no room.
                () = once(end_due.map(|(_, due)| due), async {}) => if let Some((end, _)) = end_due {
                    return self.pass_end(end);
                },
                () = once(self.full.map(|since| since + FULL_MAX), async {}) => return Err(Broken::Reset),
            }
        }
    }

    /// What the weather is counts from now on, for what is under way as well.
    fn keep_to(&mut self, weather: &Weather) {
        if self.up {
            return;
        }
        self.paces.0.set(weather.slow_reader_bits);
        self.paces.1.set(weather.rate_bits);
        if !weather.lumps && !self.lumps.is_empty() {
            self.lumps.release(Instant::now(), &mut self.queue);
        }
    }

    /// How many bytes may be read now.
    fn room(&self, weather: &Weather) -> usize {
        if self.queue.has_ended() { 0 } else { self.queue.room(weather.room(self.up)).min(READ_BYTES) }
    }

    fn read(&mut self, weather: &Weather, room: usize, ready: io::Result<()>) {
        let (mut scratch, now) = ([0; READ_BYTES], Instant::now());
        let most = self.paces.0.allowance(self.opened, now, room);
        let end = match ready.and_then(|()| self.from.try_read(&mut scratch[..most])) {
            Ok(0) => End::Finished,
            Ok(read) => {
                self.paces.0.spend(self.opened, now, read);
                self.came(weather, Bytes::copy_from_slice(&scratch[..read]), now);
                return;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(_) => End::Reset,
        };
        self.lumps.release(now, &mut self.queue);
        self.queue.end(end, now);
    }

    fn came(&mut self, weather: &Weather, bytes: Bytes, now: Instant) {
        if self.up {
            self.place.shared().counts.bytes_up.fetch_add(bytes.len() as u64, Relaxed);
        }
        let unending = self.tell(|telling| telling.came(self.up, bytes.clone(), now));
        let packet = Packet { bytes, set_out: now, luck: self.dice.u32(..) };
        self.lumps.push(packet, weather.lumps && !self.up && unending, now, &mut self.queue);
    }

    async fn write(&mut self, due: Instant, ready: io::Result<()>) -> Result<(), Broken> {
        let now = Instant::now();
        let front = self.queue.front();
        let most = self.paces.1.allowance(due, now, front.len());
        let (connection, counts) = (Arc::clone(self.place.connection()), &self.place.shared().counts);
        let write = |bytes: &[u8]| {
            let written = ready.and_then(|()| self.to.try_write(bytes))?;
            if !self.up {
                counts.bytes_down.fetch_add(written as u64, Relaxed);
            }
            Ok(written)
        };
        let passed = {
            // Held while it is written: once a stall has been set, nothing passes and nothing more is counted.
            let weather = self.weather.borrow();
            if weather.stall {
                return Ok(());
            }
            connection.pass(self.up, &front[..most], write)
        };
        match passed {
            Ok(Some(written)) => {
                self.full = None;
                self.paces.1.spend(due, now, written);
                self.queue.went(written);
                self.tell(|telling| telling.went(self.up, written));
            }
            // The order that says so is on its way.
            Ok(None) if self.up || !connection.is_at_its_end() => std::future::pending().await,
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.full = self.full.or(Some(now)),
            Err(_) if self.up => return Err(Broken::Unheard),
            Err(_) => return Err(Broken::Reset),
        }
        if !self.up && connection.is_at_its_end() { Err(Broken::AtItsEnd) } else { Ok(()) }
    }

    fn pass_end(&self, end: End) -> Result<(), Broken> {
        match end {
            End::Finished => {
                // It fails if the other end is gone, which the other direction sees.
                drop(socket2::SockRef::from(self.to).shutdown(std::net::Shutdown::Write));
                Ok(())
            }
            End::Reset => Err(Broken::Reset),
        }
    }

    fn tell<T>(&self, tell: impl FnOnce(&mut Telling) -> T) -> T {
        tell(&mut self.telling.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When the instant has come, and then what is waited for; never without an instant.
async fn once<T>(at: Option<Instant>, then: impl Future<Output = T>) -> T {
    match at {
        Some(at) => {
            if at > Instant::now() {
                sleep_until(at).await;
            }
            then.await
        }
        None => std::future::pending().await,
    }
}
