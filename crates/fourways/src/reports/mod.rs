//! What was measured, for the page: `GET /api/reports` lists the runs, `GET /api/reports/NAME` is one of them as reports
//! are drawn from it (`compare::report::View`), and `POST /api/compare` starts another.
//!
//! | file | idea |
//! |---|---|
//! | `shelf` | results as files, by name |
//! | `start` | a run that the presenter starts |
//! | `turn` | one run at a time |

mod shelf;
mod start;
mod turn;

use std::sync::Arc;

use ::compare::Means;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serve::Presenter;
use tokio::sync::Mutex;
use transport::{Problem, Site};

use shelf::{Shelf, Unshown};
use turn::Turn;

/// Where results go and are looked for, below the working directory, when nothing else is said.
pub const RESULTS: &str = "fourways-results";

/// The runs of one server. Cloning shares them.
#[derive(Clone, Debug)]
pub(crate) struct Reports {
    means: Arc<Means>,
    /// Results are read one request at a time: many at once would take the processor from the feed, and memory.
    shelf: Arc<Mutex<Shelf>>,
    turn: Turn,
}

impl Reports {
    /// What lies in `means.out`, and what the project brings along. Runs are made with `means`.
    pub(crate) fn new(means: Means) -> Self {
        let shelf = Arc::new(Mutex::new(Shelf::new(&means.out)));
        Self { means: Arc::new(means), shelf, turn: Turn::default() }
    }

    pub(crate) fn routes(&self, presenter: Option<Presenter>) -> Router<Site> {
        let (list, one) = (self.clone(), self.clone());
        let router = Router::new()
            .route("/api/reports", get(move || list.list()))
            .route("/api/reports/{name}", get(move |Path(name): Path<String>| one.one(name)));
        let Some(presenter) = presenter else { return router };
        let reports = self.clone();
        let start = move |State(site): State<Site>, request: Request| {
            start::start(site, reports.clone(), presenter.clone(), request)
        };
        router.route("/api/compare", post(start))
    }

    /// Waits for the end of the run that is going on, if any is. A server that drains has stopped it.
    pub(crate) async fn over(&self) {
        self.turn.over().await;
    }

    /// All runs, newest first.
    async fn list(self) -> Result<Response, Problem> {
        let listed = self.read(Shelf::list).await?;
        Ok(fresh(listed))
    }

    /// One run.
    async fn one(self, name: String) -> Result<Response, Problem> {
        let shown = self.read(move |shelf| shelf.view(&name)).await?;
        shown.map(fresh).map_err(|unshown| match unshown {
            Unshown::None => {
                let title = "there is no run of this name";
                Problem::new(StatusCode::NOT_FOUND, title, "GET /api/reports lists what there is")
            }
            Unshown::Broken(why) | Unshown::Unread(why) => {
                Problem::new(StatusCode::NOT_FOUND, "this run cannot be shown", why)
            }
        })
    }

    /// Reads files where that holds up nobody.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Shelf) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let mut shelf = Arc::clone(&self.shelf).lock_owned().await;
        let task = tokio::task::spawn_blocking(move || read(&mut shelf));
        task.await.map_err(|_| {
            let title = "the results could not be read";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, title, "the server's log says why")
        })
    }
}

/// Not to be kept: the next run, or another version of the program, makes another answer.
fn fresh(value: impl serde::Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}
