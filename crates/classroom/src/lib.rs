//! The third use of the project: a class that sees what asking, waiting, talking and being told cost.
//!
//! ```text
//!   page server (fourways classroom)            the presenter commands, everyone watches, phones join
//!        |  starts, tells, watches
//!   lane  = process (fourways run WAY)  <--  road (wire::Proxy: counts, taps, spoils)  <--  browsers, generator
//! ```
//!
//! Each way has a *lane*: a process of its own, so that CPU, memory, sockets and crashes belong to one way, and a road to
//! it with a port of its own. The processes know nothing of the weather on their roads, so what is shown passed for
//! real. All have one market, hence the same events with the same epoch, also after one was killed and started again.
//!
//! | file | idea |
//! |---|---|
//! | `lanes`, `lane`, `server` | the four together; one of them through its states; its process |
//! | `standing` | how a lane stands |
//! | `stray` | a lane that has another market than the class |
//! | `calendar` | which market is valid, and which comes |
//! | `extra` | further subscribers, from a generator |
//! | `routes`, `object`, `command`, `range`, `state` | the HTTP: what can be asked, how far, and what is told |
//! | `teller`, `live`, `said`, `seats` | the live connection: what is told, who hears it, what a page says, who may sit |
//! | `flow` | how much may come on it |
//! | `marks`, `exchanges` | what passed on the wire: as marks, and byte by byte |
//! | `cost` | what each lane uses |
//! | `phones`, `scene` | who has joined; the demo and its bets |
//! | `addresses` | where others reach this machine |
//! | `news` | that something has changed |
//! | `way` | the four lanes by name |

pub mod addresses;
mod calendar;
mod command;
mod cost;
mod error;
mod exchanges;
mod extra;
mod flow;
mod lane;
mod lanes;
mod live;
mod marks;
mod news;
mod object;
mod phones;
mod range;
mod routes;
mod said;
mod scene;
mod seats;
mod server;
mod standing;
mod state;
mod stray;
mod teller;
mod way;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use feed::Market;
use serve::Presenter;
use tokio::task::JoinHandle;
use transport::Site;

use addresses::Address;
pub use error::Error;
use lanes::Lanes;
use marks::Marks;
use news::News;
use phones::Phones;
use scene::{Bets, Scene};
use seats::Seats;
pub use server::Recipe;
use teller::Teller;

/// What a class is made of.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the page is served.
    pub listen: SocketAddr,
    /// At which addresses others reach it ([`addresses::reachable`]).
    pub reachable: Vec<Address>,
    /// What every lane's process is started with.
    pub recipe: Recipe,
    /// The market of all lanes; the page's site must have the same.
    pub market: Market,
}

/// A class that goes on until it is [`over`](Self::over), or its process ends.
#[derive(Debug)]
pub struct Classroom {
    class: Arc<Class>,
    tasks: [JoinHandle<()>; 2],
}

/// What all its routes and tasks share.
#[derive(Debug)]
pub(crate) struct Class {
    site: Site,
    presenter: Presenter,
    listen: SocketAddr,
    reachable: Vec<Address>,
    lanes: Lanes,
    marks: Arc<Marks>,
    phones: Phones,
    seats: Arc<Seats>,
    teller: Teller,
    news: News,
    stage: Mutex<(Option<Scene>, Bets)>,
}

impl Classroom {
    /// Starts the four lanes for the page of `site`, and returns when all are up.
    ///
    /// # Errors
    /// When one of them does not come up, or there is no port for it.
    pub async fn open(site: Site, presenter: Presenter, options: Options) -> Result<Self, Error> {
        let Options { listen, reachable, recipe, market } = options;
        let (seats, news) = (Arc::<Seats>::default(), News::default());
        let marks = Marks::new(site.clock().clone(), Arc::clone(&seats));
        let lanes = Lanes::open(listen, recipe, site.clone(), market, &marks, news.clone()).await?;
        let class = Arc::new(Class {
            site,
            presenter,
            listen,
            reachable,
            lanes,
            marks,
            phones: Phones::default(),
            seats,
            teller: Teller::new(),
            news,
            stage: Mutex::default(),
        });
        let telling = tokio::spawn(teller::run(Arc::clone(&class)));
        let watching = tokio::spawn(stray::watch(Arc::clone(&class)));
        Ok(Self { class, tasks: [telling, watching] })
    }

    /// `/api/class` and what is below it, and `/api/market` for all lanes.
    pub fn routes(&self) -> Router<Site> {
        routes::routes(&self.class)
    }

    /// The lanes and their ports, in the order in which they are taught.
    #[must_use]
    pub fn ports(&self) -> Vec<(&'static str, u16)> {
        self.class.lanes.ports()
    }

    /// Ends the lanes in good order, and returns when nothing of them is left.
    pub async fn over(&self) {
        self.class.lanes.over().await;
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Classroom {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Class {
    fn scene_and_bets(&self) -> (Option<Scene>, Bets) {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_scene(&self, scene: Option<Scene>) {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).0 = scene;
        self.news.changed();
    }

    /// Bets that are opened begin anew.
    fn set_bets(&self, bets: Bets) {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).1 = bets;
        self.phones.take_bets(bets.open, self.site.clock().now_us());
        self.news.changed();
    }
}

/// 64 random bits of the operating system.
fn random() -> Result<u64, getrandom::Error> {
    let mut bits = [0; 8];
    getrandom::fill(&mut bits)?;
    Ok(u64::from_be_bytes(bits))
}
