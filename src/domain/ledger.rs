//! The conversions and clicks that a batch is about, while it is decided.
//!
//! A writer loads the facts of its batch into a [`Ledger`], settles one postback after the other (each sees what the ones
//! before it decided), and writes the result. The ledger knows nothing of how facts are loaded or written.

use std::collections::HashMap;

use super::attribution::{Attribution, ClickFacts, Reason};
use super::conversion::{Conversion, State};
use super::decide::{Decision, Facts, attribute_late, decide, proposed_click};
use super::history::{Snapshot, Step, StepKind};
use super::id::{ClickId, ConversionId};
use super::postback::Postback;
use super::terms::Terms;
use super::time::Timestamp;
use super::verdict::{Answer, Verdict};

/// What is known of a batch's conversions and clicks.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    conversions: HashMap<ConversionId, Conversion>,
    clicks: HashMap<ClickId, ClickFacts>,
}

/// A postback that was decided: what its sender is told once it is durable. The step that it added, if any, is the last
/// of the conversion's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What the sender is told.
    pub answer: Answer,
    /// The step that it added to the history.
    pub step: Option<Step>,
}

impl Ledger {
    /// A ledger of loaded facts.
    pub fn new(
        conversions: impl IntoIterator<Item = Conversion>,
        clicks: impl IntoIterator<Item = ClickFacts>,
    ) -> Self {
        Self {
            conversions: conversions
                .into_iter()
                .map(|conversion| (conversion.id, conversion))
                .collect(),
            clicks: clicks.into_iter().map(|click| (click.id, click)).collect(),
        }
    }

    /// The conversions that were recorded or changed since they were loaded.
    pub fn changed(&self) -> impl Iterator<Item = &Conversion> {
        self.conversions
            .values()
            .filter(|conversion| conversion.revision != conversion.stored_revision)
    }

    /// A conversion as it now stands.
    pub fn conversion(&self, id: ConversionId) -> Option<&Conversion> {
        self.conversions.get(&id)
    }

    /// Decides a postback and takes its effect into the ledger.
    pub fn settle(&mut self, postback: &Postback) -> Settled {
        let facts = Facts {
            conversion: self.conversions.get(&postback.conversion_id),
            click: postback.click.id().and_then(|id| self.clicks.get(&id)),
        };
        let (verdict, kind, state, click) = match decide(postback, &facts) {
            Decision::Ignore => {
                return Settled {
                    answer: Answer::ignored(postback),
                    step: None,
                };
            }
            Decision::Record(conversion) => {
                let state = conversion.state;
                self.conversions.insert(conversion.id, *conversion);
                (Verdict::Recorded, Some(StepKind::Recorded), Some(state), None)
            }
            Decision::Repeat => (Verdict::Duplicate, None, None, None),
            Decision::KeepLate(state) => (Verdict::Duplicate, Some(StepKind::Late), Some(state), None),
            Decision::Update(state) => (Verdict::Updated, Some(StepKind::Updated), Some(state), None),
            Decision::Propose(state, click) => (Verdict::Conflict, Some(StepKind::Conflict), Some(state), Some(click)),
            Decision::RefuseProposal => (Verdict::Conflict, None, None, None),
        };
        let conversion = self
            .conversions
            .get_mut(&postback.conversion_id)
            .expect("what was not recorded before is recorded now");
        let step = kind.zip(state).map(|(kind, state)| {
            let proposed_click = click.and_then(|click| proposed_click(conversion, &click));
            conversion.take_step(kind, postback, state, proposed_click)
        });
        Settled {
            answer: Answer::about(verdict, postback, conversion),
            step,
        }
    }
}

impl Conversion {
    /// Takes a step of the history: applies its state (unless it is only a proposal) and counts it.
    fn take_step(&mut self, kind: StepKind, postback: &Postback, state: State, proposed_click: Option<String>) -> Step {
        let before = Snapshot::of(self);
        let (from, to) = match kind {
            StepKind::Recorded => (None, before),
            StepKind::Conflict => (Some(before), Snapshot::with_state(self, state, proposed_click)),
            StepKind::Updated | StepKind::Late | StepKind::Attributed => {
                self.state = state;
                (Some(before), Snapshot::of(self))
            }
        };
        // What a late step stood for is what its postback said, not what the conversion is.
        let said = match (kind, postback.status) {
            (StepKind::Late, super::postback::NamedStatus::Named(status)) => State {
                status,
                payout: postback.payout,
                ..state
            },
            (StepKind::Late, _) => State {
                payout: postback.payout,
                ..state
            },
            _ => state,
        };
        self.push(Step {
            kind,
            cause: postback.id.uuid(),
            at: postback.received_at,
            revision: 0,
            event_time: postback.event_time,
            status: said.status,
            payout: said.payout,
            from,
            to,
        })
    }

    /// Gives the conversion to a click that came after it, if it may have it. Returns the step that this adds.
    pub fn meet_late_click(&mut self, click: &ClickFacts, terms: &Terms, now: Timestamp) -> Option<Step> {
        if self.attribution != Attribution::Unattributed(Reason::UnknownClick) || self.click.id() != Some(click.id) {
            return None;
        }
        let before = Snapshot::of(self);
        (self.attribution, self.credit) = attribute_late(self, click, terms);
        self.is_test = click.is_test;
        Some(self.push(Step {
            kind: StepKind::Attributed,
            cause: click.id.uuid(),
            at: now,
            revision: 0,
            event_time: None,
            status: self.state.status,
            payout: self.state.payout,
            from: Some(before),
            to: Snapshot::of(self),
        }))
    }

    fn push(&mut self, step: Step) -> Step {
        self.revision += 1;
        if step.kind != StepKind::Conflict && step.from.as_ref() != Some(&step.to) {
            self.updated_at = self.updated_at.max(step.at);
        }
        let step = Step {
            revision: self.revision,
            ..step
        };
        self.steps.push(step.clone());
        step
    }
}

#[cfg(test)]
mod tests;
