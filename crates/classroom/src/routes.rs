//! The HTTP of the class: its state for everyone, its commands for the presenter.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use transport::{Problem, Query, Site};

use crate::command::Command;
use crate::lane::Order;
use crate::object::Object;
use crate::state::{announcement, state};
use crate::way::{Ways, names, place};
use crate::{Class, live};

pub(crate) fn routes(class: &Arc<Class>) -> Router<Site> {
    let [told, commanded, exchanged, lived, changed] = [(); 5].map(|()| Arc::clone(class));
    Router::new()
        .route(
            "/api/class",
            get(move || async move { fresh(state(&told)) })
                .post(move |State(site): State<Site>, request: Request| command(site, commanded, request)),
        )
        .route("/api/class/exchanges", get(move |parts: Parts| async move { exchanges(&exchanged, &parts) }))
        .route(
            "/api/class/live",
            get(move |State(site): State<Site>, parts: Parts| live::open(site, lived, parts)),
        )
        .route(
            "/api/market",
            post(move |State(site): State<Site>, request: Request| market(site, changed, request)),
        )
}

/// One command of the presenter; answers what was done.
async fn command(site: Site, class: Arc<Class>, request: Request) -> Result<Response, Problem> {
    class.presenter.admit(&request)?;
    let Object(body) = serve::body(&site, request, "{\"do\":\"kill\",\"lanes\":[\"sse\"]}").await?;
    Ok(fresh(class.carry_out(Command::read(body)?).await?))
}

/// As on a server of its own, for everyone in the class at one instant.
async fn market(site: Site, class: Arc<Class>, request: Request) -> Result<Response, Problem> {
    class.presenter.admit(&request)?;
    let Object(body) = serve::body(&site, request, "{\"rate\":20}").await?;
    let done = class.carry_out(Command::market(body)?).await?;
    Ok((StatusCode::ACCEPTED, fresh(done["announced"].clone())).into_response())
}

/// `?lane=sse` names the lane, `&client=board-sse-k3` one of its boards.
fn exchanges(class: &Class, parts: &Parts) -> Result<Response, Problem> {
    let query = Query::of(parts);
    let lane = query.one("lane", "query parameter `lane`")?;
    let place = lane.and_then(place).ok_or_else(|| {
        let detail = format!("it is one of {}, as in ?lane=sse", names().join(", "));
        Problem::bad("query parameter `lane`", "there is no such lane", detail)
    })?;
    let client = query.one("client", "query parameter `client`")?;
    Ok(fresh(class.marks.exchanges(place, client)))
}

/// Does something to its end, also when whoever asked has gone meanwhile: hyper drops the future of a client that is lost,
/// and half a command would divide the class.
async fn to_its_end<T: Send + 'static>(
    what: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(what).await.unwrap_or_else(|error| {
        let title = "the command was not done to its end";
        Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            title,
            format!("{error}; look at the class first"),
        ))
    })
}

impl Class {
    /// Does it in a task of its own, unless the class is ending.
    async fn carry_out(self: Arc<Self>, command: Command) -> Result<Value, Problem> {
        // Asked after the body has come: that may have taken its time.
        if self.site.draining().has_begun() {
            let (title, detail) = ("the class is over", "its lanes are ending; start another one");
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, title, detail));
        }
        to_its_end(async move { self.execute(command).await }).await
    }

    /// Does it, and says what was done: how many connections it was about, or what was announced.
    async fn execute(&self, command: Command) -> Result<Value, Problem> {
        let lanes = &self.lanes;
        let on = |what: &str, ways: Ways| json!({"do": what, "lanes": ways.names()});
        let order = |what, ways, order| lanes.order(ways, order).map(|()| on(what, ways));
        match command {
            Command::Weather(ways, weather) => {
                lanes.set_weather(ways, &weather);
                Ok(on("weather", ways))
            }
            Command::Cut(ways, cut) => Ok(counted(on("cut", ways), lanes.cut(ways, cut))),
            Command::Mend(ways) => {
                lanes.mend(ways);
                Ok(on("mend", ways))
            }
            Command::HalfOpen(ways) => Ok(counted(on("half-open", ways), lanes.half_open(ways))),
            Command::Kill(ways) => order("kill", ways, || Order::Kill),
            Command::Restart(ways) => order("restart", ways, || Order::Restart),
            Command::Deploy(ways) => order("deploy", ways, || Order::Deploy),
            Command::LeaveDead(on) => {
                lanes.set_leave_dead(on);
                Ok(json!({"do": "leave-dead", "on": on}))
            }
            Command::Market { rate, symbols } => {
                let next = lanes.change(rate, symbols).await?;
                Ok(json!({"do": "market", "announced": announcement(&next)}))
            }
            Command::Extra(ways, extra) => {
                lanes.bring(ways, extra).await?;
                Ok(on("extra", ways))
            }
            Command::Scene(scene) => {
                self.set_scene(scene);
                Ok(json!({"do": "scene"}))
            }
            Command::Bets(bets) => {
                self.set_bets(bets);
                Ok(json!({"do": "bets"}))
            }
        }
    }
}

fn counted(mut done: Value, connections: usize) -> Value {
    done["connections"] = connections.into();
    done
}

fn fresh(value: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_lost_client_stops_nothing_half_way() {
        let ((begun, has_begun), (go_on, goes_on), (done, is_done)) =
            (oneshot::channel(), oneshot::channel::<()>(), oneshot::channel());
        let command = to_its_end(async move {
            begun.send(()).unwrap();
            goes_on.await.unwrap();
            done.send(()).unwrap();
            Ok(())
        });
        let client = tokio::spawn(command);
        has_begun.await.unwrap();
        client.abort();
        assert!(client.await.unwrap_err().is_cancelled(), "it has gone");
        go_on.send(()).expect("someone who waits for it");
        is_done.await.expect("the rest of it");
    }
}
