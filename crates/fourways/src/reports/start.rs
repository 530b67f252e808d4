//! `POST /api/compare`: the presenter starts a run, and everybody may follow it as a job of the topic `progress`. It
//! measures fresh servers of its own, not the one that was asked; its file lies beside the others.

use std::sync::Arc;

use ::compare::progress::{Progress, Step};
use ::compare::scenario::{CLIENTS, ROUNDS, WINDOW_MS, quantity};
use ::compare::{Error, Front, Means, Overrides, Scenario, way};
use axum::Json;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use feed::topics::Work;
use serde::Deserialize;
use serde_json::json;
use serve::Presenter;
use transport::{Problem, Site};

use super::Reports;
use super::turn::{Busy, Taken};

/// When to ask again while a run is going on, in seconds.
const RETRY_S: u16 = 30;

/// What is to be measured. What is absent is as the scenario has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    scenario: String,
    #[serde(default)]
    ways: Vec<String>,
    clients: Option<u32>,
    rounds: Option<u32>,
    duration: Option<String>,
}

/// Starts a run, and answers 202 with its job.
pub(super) async fn start(
    site: Site,
    reports: Reports,
    presenter: Presenter,
    request: Request,
) -> Result<Response, Problem> {
    presenter.admit(&request)?;
    let wish: Wish = serve::body(&site, request, "{\"scenario\":\"quick\"}").await?;
    let scenario = wish.scenario()?;
    // Not more than 500 cells in 100 rounds.
    let steps = scenario.cells.len() as u32 * scenario.rounds;
    let (taken, work) = reports.turn.take(site.feeds().jobs(), steps).map_err(busy)?;
    let job = work.id().to_owned();
    tokio::spawn(measure(scenario, reports.means, site, taken, work));
    let headers = [
        (header::LOCATION, format!("/sse/progress?job={job}")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((StatusCode::ACCEPTED, headers, Json(json!({"job": job}))).into_response())
}

fn busy(busy: Busy) -> Problem {
    match busy {
        Busy::Going(job) => {
            let detail = format!("wait for its end: GET /sse/progress?job={job} tells how far it is");
            Problem::new(StatusCode::CONFLICT, "a run is going on", detail).retry_after(RETRY_S)
        }
        Busy::Full(full) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Problem::new(status, "too many jobs", full.to_string()).retry_after(RETRY_S)
        }
    }
}

/// The whole run. A server that drains stops it: what was measured stays.
async fn measure(scenario: Scenario, means: Arc<Means>, site: Site, taken: Taken, work: Work) {
    let name = &scenario.name;
    let mut told = Told(work);
    let mut draining = site.draining();
    let outcome = ::compare::run(&scenario, &means, &mut told, draining.begun()).await;
    // First: whoever hears of the end may start the next one.
    drop(taken);
    let Told(work) = told;
    match outcome {
        Ok(measured) if !measured.stopped => work.done(),
        Ok(_) => work.failed(),
        Err(error) => {
            tracing::error!("the run of {name} has no result: {error}");
            work.failed();
        }
    }
}

/// Tells a run's steps as those of its job.
struct Told(Work);

impl Progress for Told {
    fn step(&mut self, step: &Step) {
        // The round that is measured is not done yet.
        self.0.report(u32::try_from(step.number.saturating_sub(1)).unwrap_or(u32::MAX));
    }

    fn note(&mut self, text: &str) {
        tracing::warn!("{text}");
    }

    fn over(&mut self) {}
}

impl Wish {
    fn scenario(&self) -> Result<Scenario, Problem> {
        let scenario = Scenario::named(&self.scenario, &self.overrides()?).map_err(refused)?;
        // What the page starts is this program, and nothing else on this machine.
        if scenario.cells.iter().any(|cell| cell.server != "fourways" || cell.front != Front::None) {
            let title = "this scenario starts other programs";
            let detail = format!("only a terminal may: fourways compare {}", scenario.name);
            return Err(Problem::bad("member `scenario`", title, detail));
        }
        Ok(scenario)
    }

    fn overrides(&self) -> Result<Overrides, Problem> {
        if self.ways.iter().any(|name| way(name).is_none()) {
            let detail = format!("the ways are {}", ::compare::known_ways());
            return Err(Problem::bad("member `ways`", "there is no such way", detail));
        }
        if self.clients.is_some_and(|clients| !CLIENTS.contains(&clients)) {
            let detail = format!("it is the number of subscribers, 1 to {}", CLIENTS.end());
            return Err(Problem::bad("member `clients`", "clients is out of range", detail));
        }
        if self.rounds.is_some_and(|rounds| !ROUNDS.contains(&rounds)) {
            let detail = format!("it is how often each cell is measured, 1 to {}", ROUNDS.end());
            return Err(Problem::bad("member `rounds`", "rounds is out of range", detail));
        }
        let duration_ms = self.duration.as_ref().map(|text| window(text)).transpose()?;
        Ok(Overrides {
            ways: self.ways.clone(),
            clients: self.clients.into_iter().collect(),
            rounds: self.rounds,
            duration_ms,
            ..Overrides::default()
        })
    }
}

fn window(text: &str) -> Result<u64, Problem> {
    quantity::ms(text).filter(|ms| WINDOW_MS.contains(ms)).ok_or_else(|| {
        let detail = "write a time with ms, s or min, from 100ms to 60min, as in \"5s\"";
        Problem::bad("member `duration`", "duration is no time for a window", detail)
    })
}

fn refused(error: Error) -> Problem {
    match error {
        Error::NoScenario { known, .. } => {
            Problem::bad("member `scenario`", "there is no such scenario", format!("there are {known}"))
        }
        Error::Nothing(_) => {
            let title = "nothing of this scenario goes by these ways";
            Problem::bad("member `ways`", title, "leave `ways` out")
        }
        other => Problem::bad("body", "this cannot be measured", other.to_string()),
    }
}
