//! Prediction: the next event is the last one again, but for a few values.
//!
//! A predictor has the templates of a decoder. An event is compared with the template that followed the last one when
//! that was met before, then with the few others that fitted in this stream.
//!
//! How it learns. A constant that changes soon after it was learnt becomes a hole for good; one that had held for long
//! (an id when a new stream begins, a timestamp) just takes its new value. An event that differs from a template in
//! nothing but constants is *adapted*: all its scalars are read as if they were holes, which takes a fraction of
//! parsing it. One with another shape is parsed in full. Learning it costs more than a hit saves: so only what looks
//! like an event before is learnt, within a budget that hits refill, and after some misses in a row nothing is even
//! compared for a while.

use crate::framing::Frame;
use crate::json::{Tape, scan};
use crate::patience::Patience;
use crate::sightings::Sightings;
use crate::template::{
    Block, Change, Extent, Item, MAX_HOLES, Payload, Span, Template, constant_lines, scalars, shape,
};

/// Templates kept. A recorded stream needs four for 94 % of its events; the others are for the next streams: those that
/// were recorded have 150 shapes together.
const MAX_TEMPLATES: usize = 256;
/// Templates of the current stream that are compared line by line, so that what fits none does not pay for all of them.
const MAX_LIVE: usize = 4;
/// Templates that are tried when one may take on other constants.
const MAX_CANDIDATES: usize = 24;
/// How many times as many scalars as an event has may be read in vain, for templates with other shapes. Beyond that,
/// finding the right one costs more than it saves: 40 shapes that differ at their ends took eight times as many
/// instructions as the full parser.
const MAX_IN_VAIN: usize = 2;
/// Larger payloads are not worth remembering: they are few, and the full parser runs at memory speed there.
const MAX_PAYLOAD: usize = 8 << 10;
/// What learning costs, in hits, and how much can be saved up. Where nothing hits, pauses give some back.
const LEARNING_COST: u64 = 3;
const MOST_CREDIT: u64 = 96;
/// What a new decoder may spend, and one after a pause.
const FIRST_CREDIT: u64 = 2 * LEARNING_COST;

/// The templates of one decoder. They outlive a stream: the next one has the same shapes.
#[derive(Debug)]
pub struct Predictor {
    enabled: bool,
    templates: Vec<Kept>,
    /// How many quotes the payload of each has: all events of its shape have as many, but for those escaped in strings.
    quotes: Vec<usize>,
    /// Those that fitted in this stream, at most [`MAX_LIVE`]. Only these are compared line by line: the others have
    /// the constants of earlier streams.
    live: Vec<usize>,
    spans: [Span; MAX_HOLES],
    /// All scalars of an event that may become that of a template.
    values: Vec<Span>,
    last: usize,
    clock: u64,
    /// The clock when this stream began.
    began: u64,
    patience: Patience,
    /// That of [`Predictor::adapt`], which even a stream with hits can have no use for.
    adapt_patience: Patience,
    credit: u64,
    sightings: Sightings,
}

/// A template, when it was of use, and what came then.
#[derive(Debug)]
struct Kept {
    template: Template,
    last_used: u64,
    /// The number of the template that followed it last.
    successor: usize,
}

/// A template that fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// Its number.
    pub(crate) template: usize,
    /// Where the event ends in the bytes that were compared.
    pub(crate) end: usize,
    /// The event is a bare value.
    pub(crate) bare: bool,
    holes: usize,
}

/// What was learnt from an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The template that fits the event now. One that had this number before is gone.
    pub template: usize,
    /// The tape nodes that are holes, in the order of [`crate::decoder::Hit::spans`].
    pub holes: Vec<usize>,
}

/// A template that has taken the constants of an event, and so fits it.
#[derive(Debug)]
pub(crate) struct Adapted {
    /// The template.
    pub(crate) taken: Taken,
    /// Its holes. They may be more than before.
    pub(crate) learned: Learned,
    /// The constants that were others before.
    pub(crate) changes: Vec<Change>,
}

impl Predictor {
    /// A predictor without templates; one that is not enabled never predicts.
    pub(crate) fn new(enabled: bool) -> Self {
        Self {
            enabled,
            templates: Vec::new(),
            quotes: Vec::new(),
            live: Vec::new(),
            spans: [Span::default(); MAX_HOLES],
            values: Vec::new(),
            last: 0,
            clock: 0,
            began: 0,
            patience: Patience::new(),
            adapt_patience: Patience::new(),
            credit: FIRST_CREDIT,
            sightings: Sightings::default(),
        }
    }

    /// Another stream begins.
    pub(crate) fn begin(&mut self) {
        self.live.clear();
        self.began = self.clock;
    }

    /// The values of the holes of a hit, in order. They are there until the next one.
    #[inline]
    pub(crate) fn spans(&self, hit: &Taken) -> &[Span] {
        self.spans.get(..hit.holes).unwrap_or_default()
    }

    /// Whether it is worth comparing anything at the moment.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        !self.patience.is_pausing() && !self.templates.is_empty()
    }

    /// Take a whole event, with its lines, at `at`, if it fits a template.
    #[inline]
    pub(crate) fn take_event(&mut self, chunk: &[u8], at: usize) -> Option<Taken> {
        self.first_fit::<Block>(chunk, at)
    }

    /// Where the data of the event that is expected begins, and how many bytes it may have in all, if these are the
    /// first of it.
    pub(crate) fn may_begin(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        self.templates.get(self.templates.get(self.last)?.successor)?.template.may_begin(bytes)
    }

    /// Take whole events from `at` on, none with more than `limit` bytes, as long as they fit the template of the
    /// first, and give each with its holes to `each` until that says no: how many, and where the last one ends. Values
    /// that stand alone are not taken.
    #[inline]
    pub(crate) fn take_run(
        &mut self,
        chunk: &[u8],
        at: usize,
        limit: usize,
        mut each: impl FnMut(usize, &[Span]) -> bool,
    ) -> (u64, usize) {
        let Self { templates, spans, last, .. } = self;
        let expected = templates.get(*last).map_or(0, |last| last.successor);
        let (mut count, mut position) = (0, at);
        if let Some(Kept { template, successor, .. }) = templates.get(expected).filter(|kept| !kept.template.is_bare())
        {
            // Not the beginning of one at the end of a chunk.
            while chunk.len() - position >= template.shortest()
                && let Some(end) = template.fit::<Block>(chunk, position, spans)
                && end - position <= limit
            {
                (count, position) = (count + 1, end);
                let goes_on = each(expected, spans.get(..template.hole_count()).unwrap_or_default());
                if !goes_on || *successor != expected {
                    break;
                }
            }
        }
        if count > 0 {
            self.hit(expected, position, count);
        }
        (count, position)
    }

    /// Take a payload that is already framed, if it fits a template. One with lines that a template could have is left
    /// to [`Predictor::adapt`]: with them it has been tried.
    #[inline]
    pub(crate) fn take_payload(&mut self, chunk: &[u8], frame: &Frame<'_>, payload: &[u8]) -> Option<Taken> {
        if constant_lines(chunk, frame).is_some() {
            return None;
        }
        self.first_fit::<Payload>(payload, 0)
    }

    /// Take an item of a JSON array at `at`, if it fits a template.
    #[inline]
    pub(crate) fn take_item(&mut self, chunk: &[u8], at: usize) -> Option<Taken> {
        self.first_fit::<Item>(chunk, at)
    }

    #[inline(always)]
    fn first_fit<E: Extent>(&mut self, bytes: &[u8], at: usize) -> Option<Taken> {
        let expected = self.templates.get(self.last)?.successor;
        match self.templates.get(expected)?.template.fit::<E>(bytes, at, &mut self.spans) {
            Some(end) => self.hit(expected, end, 1),
            None => self.other_fit::<E>(expected, bytes, at),
        }
    }

    #[inline(never)]
    fn other_fit<E: Extent>(&mut self, expected: usize, bytes: &[u8], at: usize) -> Option<Taken> {
        let Self { templates, live, spans, .. } = self;
        let mut others = live.iter().filter(|&&number| number != expected);
        let (template, end) = others.find_map(|&number| {
            let end = templates.get(number)?.template.fit::<E>(bytes, at, spans)?;
            Some((number, end))
        })?;
        self.follow(template);
        self.hit(template, end, 1)
    }

    #[inline(always)]
    fn hit(&mut self, template: usize, end: usize, count: u64) -> Option<Taken> {
        self.clock += count;
        self.patience.forgive(u32::MAX);
        self.credit = (self.credit + count).min(MOST_CREDIT);
        self.last = template;
        if self.templates.get(template)?.last_used <= self.began {
            self.come_alive(template);
        }
        let hit = self.templates.get_mut(template)?;
        hit.template.note_hits(count);
        hit.last_used = self.clock;
        Some(Taken { template, end, bare: hit.template.is_bare(), holes: hit.template.hole_count() })
    }

    #[inline]
    fn follow(&mut self, template: usize) {
        if let Some(last) = self.templates.get_mut(self.last) {
            last.successor = template;
        }
        self.last = template;
    }

    /// An event had to be parsed in full. True: [`Predictor::learn`] from it.
    #[inline]
    pub(crate) fn missed(&mut self, payload: &[u8], tape: &Tape) -> bool {
        if !self.enabled {
            return false;
        }
        if self.patience.is_pausing() {
            self.patience.wait();
            if !self.patience.is_pausing() {
                // What begins to repeat itself after a long time is learnt all the same.
                self.credit = self.credit.max(FIRST_CREDIT);
            }
            return false;
        }
        // Without templates nothing is compared. But only a pause gives back what was spent on events that were not
        // worth one.
        if !self.templates.is_empty() || self.credit < LEARNING_COST {
            self.patience.miss();
        }
        if payload.len() > MAX_PAYLOAD || self.credit < LEARNING_COST || !self.sightings.note(tape) {
            return false;
        }
        self.credit -= LEARNING_COST;
        true
    }

    /// Take a payload that has the shape of a template but other constants, which the template takes on.
    pub(crate) fn adapt(&mut self, chunk: &[u8], frame: &Frame<'_>, payload: &[u8]) -> Option<Adapted> {
        if self.adapt_patience.is_pausing() {
            self.adapt_patience.wait();
            return None;
        }
        let mut in_vain = 0;
        let adapted = self.adapt_one(chunk, frame, payload, &mut in_vain);
        match adapted {
            // Not all at once: where one in three is adapted, the others would pay for it without end.
            Some(_) if in_vain <= MAX_IN_VAIN * self.values.len() => self.adapt_patience.forgive(1),
            _ => self.adapt_patience.miss(),
        }
        adapted
    }

    /// `in_vain`: the scalars that were read of templates with another shape.
    fn adapt_one(&mut self, chunk: &[u8], frame: &Frame<'_>, payload: &[u8], in_vain: &mut usize) -> Option<Adapted> {
        if payload.len() > MAX_PAYLOAD {
            return None;
        }
        let (quotes, lines) = (quotes(payload), constant_lines(chunk, frame));
        let Self { templates, values, .. } = self;
        let candidates = self.quotes.iter().enumerate().filter(|&(_, &of)| of == quotes).map(|(number, _)| number);
        let number = candidates.take(MAX_CANDIDATES).find(|&number| {
            let fits = templates.get(number).is_some_and(|kept| kept.template.read_all(payload, lines, values));
            *in_vain += if fits { 0 } else { values.len() };
            fits
        })?;
        let template = &mut templates.get_mut(number)?.template;
        let changes = template.take_on(payload, lines, frame.bare, values)?;
        for (span, value) in self.spans.iter_mut().zip(template.hole_values(values)) {
            *span = value;
        }
        let learned = Learned { template: number, holes: template.hole_nodes() };
        self.follow(number);
        self.come_alive(number);
        Some(Adapted { taken: self.hit(number, payload.len(), 1)?, learned, changes })
    }

    /// Learn from an event that was parsed in full. `pinned` has an entry for each node of the tape. `named`: the lines
    /// around the payload are a part of the event. None: this event is not worth a template.
    pub(crate) fn learn(
        &mut self,
        chunk: &[u8],
        frame: &Frame<'_>,
        payload: &[u8],
        tape: &Tape,
        pinned: &[bool],
        named: bool,
    ) -> Option<Learned> {
        let lines = constant_lines(chunk, frame);
        if named && lines.is_none() {
            return None;
        }
        let mut scalars = scalars(payload, tape, pinned)?;
        let shape = shape(payload, &scalars);
        let known = self.templates.iter().position(|kept| kept.template.is_like(shape, payload, &scalars));
        if let Some(known) = known {
            self.templates[known].template.note_changes(payload, &mut scalars);
        }
        let template = Template::new(payload, lines, frame.bare, named, scalars, shape)?;
        let holes = template.hole_nodes();
        let slot = known.unwrap_or_else(|| self.slot());
        let successor = known.map_or(slot, |known| self.templates[known].successor);
        self.clock += 1;
        let kept = Kept { template, last_used: self.clock, successor };
        if slot == self.templates.len() {
            self.templates.push(kept);
            self.quotes.push(0);
        } else {
            self.templates[slot] = kept;
        }
        self.quotes[slot] = quotes(payload);
        self.follow(slot);
        self.come_alive(slot);
        Some(Learned { template: slot, holes })
    }

    #[cold]
    fn come_alive(&mut self, template: usize) {
        if self.live.contains(&template) {
            return;
        }
        if self.live.len() < MAX_LIVE {
            self.live.push(template);
        } else if let Some(oldest) = self.live.iter_mut().min_by_key(|live| self.templates[**live].last_used) {
            *oldest = template;
        }
    }

    /// A free place, or that of the template not used for longest.
    fn slot(&mut self) -> usize {
        if self.templates.len() < MAX_TEMPLATES {
            return self.templates.len();
        }
        let oldest = (0..MAX_TEMPLATES).min_by_key(|&slot| self.templates[slot].last_used);
        oldest.unwrap_or(0)
    }
}

/// How many quotes a payload has.
fn quotes(payload: &[u8]) -> usize {
    scan::count(payload, |byte| byte == b'"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::End;
    use crate::json::parse;
    use crate::template::SETTLED;

    fn frame(data: &[u8]) -> Frame<'_> {
        Frame::of(data, 0, End::Own)
    }

    fn learn(predictor: &mut Predictor, payload: &str) -> Learned {
        let mut tape = Tape::default();
        parse(payload.as_bytes(), &mut tape).unwrap();
        let pinned = vec![false; tape.nodes().len()];
        predictor.learn(b"", &frame(payload.as_bytes()), payload.as_bytes(), &tape, &pinned, false).unwrap()
    }

    fn taken<'a>(predictor: &mut Predictor, payload: &'a str) -> Option<Vec<&'a str>> {
        let hit = predictor.take_payload(b"", &frame(payload.as_bytes()), payload.as_bytes())?;
        Some(predictor.spans(&hit).iter().map(|span| &payload[span.start..span.end]).collect())
    }

    #[test]
    fn what_changed_is_a_hole_and_only_that() {
        let mut predictor = Predictor::new(true);
        learn(&mut predictor, r#"{"id":"x","n":1,"t":"a"}"#);
        assert_eq!(taken(&mut predictor, r#"{"id":"x","n":1,"t":"a"}"#), Some(vec![]));
        assert_eq!(taken(&mut predictor, r#"{"id":"x","n":1,"t":"b"}"#), None);
        let learned = learn(&mut predictor, r#"{"id":"x","n":1,"t":"b"}"#);
        assert_eq!(learned, Learned { template: 0, holes: vec![6] });
        assert_eq!(taken(&mut predictor, r#"{"id":"x","n":1,"t":"c"}"#), Some(vec!["c"]));
        assert_eq!(taken(&mut predictor, r#"{"id":"x","n":2,"t":"c"}"#), None);
    }

    #[test]
    fn a_settled_constant_takes_its_new_value() {
        let mut predictor = Predictor::new(true);
        learn(&mut predictor, r#"{"id":"one","t":"a"}"#);
        learn(&mut predictor, r#"{"id":"one","t":"b"}"#);
        for _ in 0..SETTLED {
            assert!(taken(&mut predictor, r#"{"id":"one","t":"c"}"#).is_some());
        }
        let learned = learn(&mut predictor, r#"{"id":"two","t":"d"}"#);
        assert_eq!(learned.holes.len(), 1);
        assert_eq!(taken(&mut predictor, r#"{"id":"two","t":"e"}"#), Some(vec!["e"]));
        assert_eq!(taken(&mut predictor, r#"{"id":"one","t":"e"}"#), None);
    }

    fn adapted(predictor: &mut Predictor, payload: &str) -> Option<(Vec<usize>, Vec<usize>)> {
        let adapted = predictor.adapt(b"", &frame(payload.as_bytes()), payload.as_bytes())?;
        assert_eq!(adapted.taken.end, payload.len());
        Some((adapted.learned.holes, adapted.changes.iter().map(|change| change.node).collect()))
    }

    #[test]
    fn a_template_takes_on_other_constants() {
        let mut predictor = Predictor::new(true);
        learn(&mut predictor, r#"{"id":"one","n":1,"t":"a"}"#);
        // Soon after it was learnt: what changes is a hole.
        assert_eq!(adapted(&mut predictor, r#"{"id":"one","n":1,"t":"b"}"#), Some((vec![6], vec![6])));
        for _ in 0..SETTLED {
            assert_eq!(taken(&mut predictor, r#"{"id":"one","n":1,"t":"é"}"#), Some(vec!["é"]));
        }
        // After that, it is a constant of another stream.
        assert_eq!(adapted(&mut predictor, r#"{"id":"two","n":22,"t":"c"}"#), Some((vec![6], vec![2, 4])));
        assert_eq!(taken(&mut predictor, r#"{"id":"two","n":22,"t":"d"}"#), Some(vec!["d"]));
        assert_eq!(taken(&mut predictor, r#"{"id":"one","n":1,"t":"d"}"#), None);
        assert_eq!(adapted(&mut predictor, r#"{"id":"six","n":22,"t":"c"}"#), Some((vec![2, 6], vec![2])));
        for other in [
            r#"{"id":"two","n":2.5,"t":"c"}"#,
            r#"{"id":"two","n":22,"u":"c"}"#,
            r#"{"id":"two","n":22,"t":"c"} "#,
            r#"{"id":"two","n":22,"t":"c","u":1}"#,
            r#"{"id":"two","n":22,"t":"c"#,
            r#"{"id":"two","n":22,"t":"\x"}"#,
            r#"{"id":"two","n":022,"t":"c"}"#,
        ] {
            assert_eq!(adapted(&mut predictor, other), None, "{other}");
        }
    }

    #[test]
    fn what_decides_about_the_meaning_is_not_taken_on() {
        let mut predictor = Predictor::new(true);
        let payload = r#"{"type":"a","t":"b"}"#;
        let mut tape = Tape::default();
        parse(payload.as_bytes(), &mut tape).unwrap();
        let pinned = [false, false, true, false, false];
        predictor.learn(b"", &frame(payload.as_bytes()), payload.as_bytes(), &tape, &pinned, false).unwrap();
        assert_eq!(adapted(&mut predictor, r#"{"type":"x","t":"b"}"#), None);
        assert_eq!(adapted(&mut predictor, r#"{"type":"a","t":"c"}"#), Some((vec![4], vec![4])));
    }

    fn missed(predictor: &mut Predictor, payload: &str) -> bool {
        let mut tape = Tape::default();
        parse(payload.as_bytes(), &mut tape).unwrap();
        predictor.missed(payload.as_bytes(), &tape)
    }

    #[test]
    fn what_comes_after_events_not_worth_a_template_is_learnt() {
        let mut predictor = Predictor::new(true);
        let large = format!(r#"{{"t":"{}"}}"#, "x".repeat(MAX_PAYLOAD));
        assert!((0..100).all(|_| !missed(&mut predictor, &large)));
        assert!(!missed(&mut predictor, r#"{"id":1}"#));
        // The caller finds these to have too many values.
        while predictor.credit >= LEARNING_COST {
            assert!(missed(&mut predictor, r#"{"id":1}"#));
        }
        assert!((0..100).any(|_| missed(&mut predictor, r#"{"id":1}"#)));
    }

    #[test]
    fn the_right_one_of_many_templates_is_not_searched_for_ever() {
        let mut predictor = Predictor::new(true);
        let payload = |number: usize| format!(r#"{{"a":"x","b":"y","c":"z","key{number:02}":1}}"#);
        for number in 0..20 {
            learn(&mut predictor, &payload(number));
        }
        assert!((0..100).all(|_| adapted(&mut predictor, &payload(2)).is_some()));
        assert!((0..100).any(|_| adapted(&mut predictor, &payload(12)).is_none()));
    }

    #[test]
    fn padding_before_the_last_brace_may_vary() {
        let mut predictor = Predictor::new(true);
        learn(&mut predictor, r#"{"t":{"u":1} }"#);
        learn(&mut predictor, r#"{"t":{"u":1}   }"#);
        assert_eq!(taken(&mut predictor, r#"{"t":{"u":1}}"#), Some(vec![""]));
        assert_eq!(taken(&mut predictor, "{\"t\":{\"u\":1}\n}"), None);
    }
}
