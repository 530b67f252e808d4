//! `fourways run`: the feed, the four ways, the page and its reports, on one address.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use ::compare::Means;
use anyhow::Context as _;
use axum::Extension;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use classroom::Classroom;
use feed::{Clock, Feeds, Market};
use serve::{Drained, Hosts, Presenter, Tcp};
use tokio::net::TcpListener;
use transport::{Limits, Site};

use crate::ALL;
use crate::page::{self, Lanes};
use crate::reports::Reports;

/// What a server is made of.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The market.
    pub market: Market,
    /// Events that can be replayed.
    pub history: usize,
    /// The bounds.
    pub limits: Limits,
    /// Further hosts and origins.
    pub hosts: Hosts,
    /// The wall clock.
    pub clock: Clock,
    /// What jitter, and the epochs of topics that are no functions of time, come from.
    pub chance: u64,
}

/// A server that listens and is ready to run.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    site: Site,
    hosts: Hosts,
    presenter: Presenter,
    reports: Option<Reports>,
    classroom: Option<Arc<Classroom>>,
}

impl Server {
    /// Takes the address, fills the topics, and draws the presenter's token.
    ///
    /// # Errors
    /// When the address cannot be taken, or the machine has no random numbers.
    pub async fn bind(options: Options) -> anyhow::Result<Self> {
        let Options { listen, market, history, limits, hosts, clock, chance } = options;
        let listener =
            TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
        let address = listener.local_addr()?;
        let site = Site::new(Feeds::new(market, history, clock, chance), limits, chance.rotate_left(32));
        let presenter = Presenter::draw()?;
        Ok(Self { listener, address, site, hosts, presenter, reports: None, classroom: None })
    }

    /// Shows the runs in `means.out` as well, and lets the presenter make others with `means`. A server without them
    /// has no reports.
    #[must_use]
    pub fn with_reports(self, means: Means) -> Self {
        Self { reports: Some(Reports::new(means)), ..self }
    }

    /// Lets the presenter come from another machine.
    #[must_use]
    pub fn with_remote_control(mut self) -> Self {
        self.presenter.remote_control = true;
        self
    }

    /// Is the page of a class. Its lanes, which must have the same market, change with it, and end with it.
    #[must_use]
    pub fn with_classroom(self, classroom: Classroom) -> Self {
        Self { classroom: Some(Arc::new(classroom)), ..self }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its routes share.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Who may change the market.
    #[must_use]
    pub fn presenter(&self) -> &Presenter {
        &self.presenter
    }

    /// Serves until `stop` resolves, then drains. A run that is going on is stopped, and keeps what it measured; a class
    /// ends.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Drained {
        let Self { listener, site, hosts, presenter, reports, classroom, .. } = self;
        let app = whole(&site, hosts, Some(presenter), reports.as_ref(), classroom.as_deref());
        let limits = site.limits();
        let listener = Tcp::new(listener, limits.send_buffer_bytes, limits.full_ms);
        let feeds = site.feeds().clone();
        let publishing = tokio::spawn(async move { feeds.run().await });
        let mut draining = site.draining();
        let class = async {
            if let Some(classroom) = classroom {
                draining.begun().await;
                classroom.over().await;
            }
        };
        let (drained, ()) = tokio::join!(serve::serve(listener, site.clone(), app, stop), class);
        if let Some(reports) = reports {
            reports.over().await;
        }
        publishing.abort();
        drained
    }
}

/// The application of `site`: all four ways, the API and the page. Nobody can change the market.
pub fn app(site: &Site, hosts: Hosts) -> axum::Router {
    presented(site, hosts, None)
}

/// The same with a presenter, who can.
pub fn presented(site: &Site, hosts: Hosts, presenter: Option<Presenter>) -> axum::Router {
    whole(site, hosts, presenter, None, None)
}

/// Every board asks whether it stands in a class. An error status would look like a fault in its console.
async fn no_class() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")])
}

fn whole(
    site: &Site,
    hosts: Hosts,
    presenter: Option<Presenter>,
    reports: Option<&Reports>,
    classroom: Option<&Classroom>,
) -> axum::Router {
    let reports = reports.map(|reports| reports.routes(presenter.clone()));
    let routes = ALL.iter().fold(axum::Router::new(), |router, way| router.merge(way.routes()));
    let routes = routes.merge(reports.unwrap_or_default());
    let cards = ALL.iter().map(|way| way.card()).collect();
    let Some(classroom) = classroom else {
        let routes = routes.route("/api/class", get(no_class));
        return serve::app(site.clone(), hosts, cards, routes, page::find, presenter);
    };
    // The class changes the market of all lanes, so this server has no change of its own.
    let routes = routes.merge(classroom.routes());
    let ports = classroom.ports().into_iter().map(|(_, port)| port).collect();
    serve::app(site.clone(), hosts, cards, routes, page::find, None).layer(Extension(Lanes(ports)))
}
