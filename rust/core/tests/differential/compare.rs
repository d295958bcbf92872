//! Two decoders step by step, and what a consumer would make of a hit beside what the full parser says.

use super::Seen;
use sselerate_core::decoder::{Cause, Decoder, Event, Failure, Hit, Step};
use sselerate_core::json::{Kind, Node};
use sselerate_core::schema::ShapeId;
use sselerate_core::template::Change;

/// What a consumer keeps of a template: the event it was learnt from, and which of its nodes are holes.
#[derive(Default)]
pub struct Known {
    /// The nodes and their bytes.
    values: Vec<(Node, Vec<u8>)>,
    holes: Vec<usize>,
    shape: Option<ShapeId>,
    name: Vec<u8>,
}

/// The decoder under test, the one that never predicts, and what was learnt.
pub struct Sides {
    pub with: Decoder,
    pub without: Decoder,
    pub known: Vec<Known>,
    /// The name in the `event` field is a part of the events, as for classes that keep it.
    pub named: bool,
    pub seen: Seen,
}

impl Sides {
    /// Read a chunk with both.
    ///
    /// # Errors
    /// What they disagree about.
    pub fn read(&mut self, chunk: &[u8]) -> Result<(), String> {
        let (mut one, mut other) = (0, 0);
        loop {
            let steps = (self.with.step(chunk, &mut one), self.without.step(chunk, &mut other));
            match steps {
                (None, None) => break,
                (Some(with), Some(without)) => note(&mut self.known, self.named, &mut self.seen, with, without)?,
                (with, without) => return Err(format!("one side has more: {with:?}, {without:?}")),
            }
        }
        if (one, other) != (chunk.len(), chunk.len()) {
            return Err(format!("a chunk of {} was read up to {one} and {other}", chunk.len()));
        }
        self.counters()
    }

    /// The same for the end of the stream.
    ///
    /// # Errors
    /// What they disagree about.
    pub fn finish(&mut self) -> Result<(), String> {
        loop {
            match (self.with.finish(), self.without.finish()) {
                (None, None) => return self.counters(),
                (Some(with), Some(without)) => note(&mut self.known, self.named, &mut self.seen, with, without)?,
                (with, without) => return Err(format!("at the end one side has more: {with:?}, {without:?}")),
            }
        }
    }

    fn counters(&self) -> Result<(), String> {
        let of = |decoder: &Decoder| {
            (decoder.is_done(), decoder.is_ended(), decoder.event_index(), decoder.framer().comment_count())
        };
        let (with, without) = (of(&self.with), of(&self.without));
        if with == without { Ok(()) } else { Err(format!("counters {with:?}, {without:?}")) }
    }
}

fn note(known: &mut Vec<Known>, named: bool, seen: &mut Seen, with: Step<'_>, without: Step<'_>) -> Result<(), String> {
    seen.events += 1;
    match (with, without) {
        (Step::Nothing, Step::Nothing) => seen.events -= 1,
        (Step::Hit(hit), Step::Event(event)) => {
            seen.hits += 1;
            let known = known.get(hit.template).ok_or("a template that was never learnt")?;
            let names = !named || known.name == event.name;
            if !names || known.shape != event.shape || !known.gives(&hit, &event) {
                let payload = known.values.first().map_or("".into(), |(_, bytes)| String::from_utf8_lossy(bytes));
                return Err(format!("hit {:?} of {payload:?} (shape {:?})\nbut {event:?}", hit.spans, known.shape));
            }
        }
        (Step::Adapted(hit, learned, changes), Step::Event(event)) => {
            seen.hits += 1;
            let known = known.get_mut(learned.template).ok_or("a template that was never learnt")?;
            known.change(&hit, learned.holes, &changes);
            let names = !named || known.name == event.name;
            if !names || known.shape != event.shape || !known.gives(&hit, &event) {
                return Err(format!("adapted with {changes:?} to {:?}\nbut {event:?}", hit.spans));
            }
        }
        (Step::Event(one), Step::Event(other)) => {
            let same = one.payload == other.payload
                && one.tape.nodes() == other.tape.nodes()
                && one.shape == other.shape
                && one.name == other.name;
            if !same {
                return Err(format!("{one:?}\nbut {other:?}"));
            }
            if let Some(learned) = one.learn(named) {
                if known.len() <= learned.template {
                    known.resize_with(learned.template + 1, Known::default);
                }
                known[learned.template] = Known {
                    values: other.tape.nodes().iter().map(|&node| (node, node.bytes(other.payload).to_vec())).collect(),
                    holes: learned.holes,
                    shape: other.shape,
                    name: other.name.to_vec(),
                };
            }
        }
        (Step::Text(text, name), Step::Text(other, its_name)) if (text, name) == (other, its_name) => {}
        (Step::Unknown(one), Step::Unknown(other)) if one == other => {}
        (Step::Failed(one), Step::Failed(other)) if fail_alike(&one, &other) => {}
        (with, without) => return Err(format!("{with:?}\nbut {without:?}")),
    }
    Ok(())
}

impl Known {
    /// Take what a template has taken on.
    fn change(&mut self, hit: &Hit<'_>, holes: Vec<usize>, changes: &[Change]) {
        self.holes = holes;
        for change in changes {
            // Node 0 stands for the white space before the last brace.
            if let Some((node, bytes)) = self.values.get_mut(change.node).filter(|_| change.node != 0) {
                *bytes = change.span.bytes(hit.bytes).to_vec();
                node.flags = change.span.flags;
                node.kind = match (node.kind, bytes.first()) {
                    (Kind::Null | Kind::True | Kind::False, Some(b'n')) => Kind::Null,
                    (Kind::Null | Kind::True | Kind::False, Some(b't')) => Kind::True,
                    (Kind::Null | Kind::True | Kind::False, _) => Kind::False,
                    (kind, _) => kind,
                };
            }
        }
    }

    /// Whether this template with the values of the hit is what the full parser says.
    fn gives(&self, hit: &Hit<'_>, event: &Event<'_>) -> bool {
        let nodes = event.tape.nodes();
        if nodes.len() != self.values.len() || hit.spans.len() != self.holes.len() {
            return false;
        }
        let mut holes = self.holes.iter().zip(hit.spans).peekable();
        for (index, ((mine, bytes), full)) in self.values.iter().zip(nodes).enumerate() {
            let same = match holes.next_if(|(hole, _)| **hole == index && index != 0) {
                Some((_, span)) => {
                    let words = [Kind::Null, Kind::True, Kind::False];
                    (mine.kind == full.kind || (words.contains(&mine.kind) && words.contains(&full.kind)))
                        && (mine.kind != Kind::Str || span.flags == full.flags)
                        && span.bytes(hit.bytes) == full.bytes(event.payload)
                }
                None if matches!(mine.kind, Kind::Object | Kind::Array) => {
                    (mine.kind, mine.next) == (full.kind, full.next)
                }
                None => (mine.kind, mine.flags) == (full.kind, full.flags) && bytes == full.bytes(event.payload),
            };
            if !same {
                return false;
            }
        }
        // What is left can only be the white space before the last brace, which is no value.
        holes.all(|(hole, _)| *hole == 0)
    }
}

fn fail_alike(one: &Failure<'_>, other: &Failure<'_>) -> bool {
    let causes = match (&one.cause, &other.cause) {
        (Cause::Json(one), Cause::Json(other)) => one == other,
        (Cause::Mismatch(one), Cause::Mismatch(other)) => one == other,
        (Cause::Truncated(one), Cause::Truncated(other)) => one == other,
        (Cause::TooLarge, Cause::TooLarge) | (Cause::Server(None), Cause::Server(None)) => true,
        (Cause::Server(Some(one)), Cause::Server(Some(other))) => {
            one.node == other.node && one.payload == other.payload && one.tape.nodes() == other.tape.nodes()
        }
        _ => false,
    };
    causes && one.data == other.data && (one.event_index, one.offset) == (other.event_index, other.offset)
}
