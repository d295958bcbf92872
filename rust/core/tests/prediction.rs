//! A decoder with templates says what one without says: a bounded run of the differential in `differential/`, over the
//! seeds of the fuzz target (`seeds/`) and, where they are at hand, over recorded streams.
//!
//! `SSELERATE_PREDICTION_RUNS` sets the executions (1,000,000), `SSELERATE_PREDICTION_SEED` the first of the
//! generator's numbers (1), `SSELERATE_RECORDINGS` the folder with recordings.

mod differential;

use differential::random::Random;
use differential::{Seen, program, run};
use std::path::{Path, PathBuf};

/// Bytes of a recorded stream that an execution learns from.
const WINDOW: usize = 1500;

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = folder
        .read_dir()
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sse" || extension == "program"));
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a stream")).collect()
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect(name))
}

/// Up to four events from somewhere in a stream.
fn window<'a>(stream: &'a [u8], random: &mut Random) -> &'a [u8] {
    let from = random.below(stream.len());
    let end_of_block = |from: usize| {
        let ends = |pair: &[u8]| pair == b"\n\n" || pair == b"\r\n\r\n";
        (from..stream.len())
            .find(|&at| stream.get(at..at + 2).is_some_and(ends) || stream.get(at..at + 4).is_some_and(ends))
    };
    let behind = |at: usize| at + if stream[at] == b'\r' { 4 } else { 2 };
    let start = if from < 64 { 0 } else { end_of_block(from).map_or(0, behind) };
    let mut end = start;
    for _ in 0..1 + random.below(4) {
        match end_of_block(end).map(behind) {
            Some(next) if next - start <= WINDOW => end = next,
            _ => break,
        }
    }
    &stream[start..end]
}

#[test]
#[expect(clippy::print_stderr, reason = "what was compared; cargo shows it with --nocapture")]
fn templates_and_the_full_parser_agree() {
    let seeds = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds"));
    let folder = std::env::var_os("SSELERATE_RECORDINGS").map(PathBuf::from);
    let recordings =
        files(&folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings")));
    let runs = setting("SSELERATE_PREDICTION_RUNS", 1_000_000);
    let mut random = Random(setting("SSELERATE_PREDICTION_SEED", 1));
    let (mut seen, mut program, mut executed) = (Seen::default(), Vec::new(), 0);
    for seed in &seeds {
        seen += run(seed);
    }
    assert!(seeds.len() > 30, "the seeds are part of the crate");
    while executed < runs {
        let recorded = !recordings.is_empty() && random.below(4) == 0;
        let events = if recorded {
            window(&recordings[random.below(recordings.len())], &mut random)
        } else {
            &seeds[random.below(seeds.len())]
        };
        // A window may hold a zero byte as little as a seed does; then it is a program of another shape, which is as
        // good.
        program::generate(events, &mut random, &mut program);
        seen += run(&program);
        executed += 1;
    }
    eprintln!(
        "{executed} executions, {} with a hit; {} events, {} hits; {} seeds, {} recordings",
        seen.with_hits,
        seen.events,
        seen.hits,
        seeds.len(),
        recordings.len()
    );
    // If not, the differential has nothing to compare.
    assert!(seen.hits * 8 > seen.events, "{seen:?} in {executed}");
}
