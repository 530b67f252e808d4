//! Tells everyone who listens, each thing once: the state when it has changed, what passed, what it costs, who got it.
//!
//! One task makes each message, however many listen. Whoever falls behind is told nothing more, and costs nobody anything.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::Class;
use crate::state::state;

/// From message to message of marks and of the wave.
const BEAT: Duration = Duration::from_millis(50);
/// The least between two states.
const STATE: Duration = Duration::from_millis(100);
/// The same for a phone, which shows little of it: a class of them would be a storm.
const STATE_OF_PHONES: Duration = Duration::from_secs(1);
/// Between two messages of cost.
const COST: Duration = Duration::from_secs(1);
/// Messages that a listener may be behind: some four seconds of a busy board.
const BEHIND_MAX: usize = 128;

/// A message, made once for all.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// For whoever shows the board; a phone has no use for it.
    Boards(Utf8Bytes),
    /// For phones that have joined.
    Phones(Utf8Bytes),
}

/// Where messages are heard.
#[derive(Debug)]
pub(crate) struct Teller(broadcast::Sender<Told>);

impl Teller {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BEHIND_MAX))
    }

    /// Everything from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Told> {
        self.0.subscribe()
    }

    fn tell(&self, told: Told) {
        // Fails when nobody listens, which is as good.
        drop(self.0.send(told));
    }
}

/// The state as a message.
pub(crate) fn state_text(class: &Class) -> Utf8Bytes {
    let mut state = state(class);
    state["type"] = "class".into();
    text(&state)
}

fn text(value: &Value) -> Utf8Bytes {
    value.to_string().into()
}

/// Tells until the task is ended.
pub(crate) async fn run(class: Arc<Class>) {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut state_told, mut cost_told) = (Instant::now(), Instant::now());
    let (mut phones_told, mut phones_wait) = (Instant::now(), false);
    let mut known = (class.lanes.markets().0.epoch(), class.lanes.breaks());
    loop {
        beat.tick().await;
        class.lanes.follow_clock();
        // A market begins by itself, and a cut ends by itself.
        let now = (class.lanes.markets().0.epoch(), class.lanes.breaks());
        if known != now {
            known = now;
            class.news.changed();
        }
        if state_told.elapsed() >= STATE && class.news.take() {
            state_told = Instant::now();
            class.teller.tell(Told::Boards(state_text(&class)));
            phones_wait = true;
        }
        // Behind the boards: who joins or says goodbye in between misses nothing.
        if phones_wait && phones_told.elapsed() >= STATE_OF_PHONES {
            (phones_told, phones_wait) = (Instant::now(), false);
            class.teller.tell(Told::Phones(state_text(&class)));
        }
        // Taken also when nobody looks: they would be old when somebody does.
        let (taken, wave) = (class.marks.take(), class.phones.take_wave());
        if class.teller.0.receiver_count() == 0 {
            class.lanes.forget_knocks();
            continue;
        }
        if !taken.marks.is_empty() {
            let told = json!({"type": "taps", "marks": taken.marks, "left_out": taken.left_out});
            class.teller.tell(Told::Boards(text(&told)));
        }
        for (seq, got) in wave {
            class.teller.tell(Told::Boards(text(&json!({"type": "wave", "seq": seq, "got": got}))));
        }
        if cost_told.elapsed() >= COST {
            cost_told = Instant::now();
            tell_cost(&class).await;
        }
    }
}

async fn tell_cost(class: &Arc<Class>) {
    let (reader, at_us) = (Arc::clone(class), class.site.clock().now_us());
    // It fails only where it panics, and then there is nothing to tell.
    let Ok(lanes) = tokio::task::spawn_blocking(move || reader.lanes.costs()).await else { return };
    class.teller.tell(Told::Boards(text(&json!({"type": "cost", "at_us": at_us, "lanes": lanes}))));
}
