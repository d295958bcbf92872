//! Timing on a noisy machine, as `benches/measure.py` does it: short samples, taken in turns, of which the smallest
//! counts.

use std::time::{Duration, Instant};

/// Something to be timed, and its name.
pub type Run<'a> = (String, Box<dyn FnMut() + 'a>);

/// A line for each run: its smallest and its median time of one call divided by `parts`, and bytes a second at the
/// smallest.
pub fn report(title: &str, runs: &mut [Run<'_>], parts: usize, bytes: usize, seconds: f64) {
    let mut samples: Vec<Vec<Duration>> = vec![Vec::new(); runs.len()];
    for (_, run) in &mut *runs {
        run();
    }
    let end = Instant::now() + Duration::from_secs_f64(seconds * runs.len() as f64);
    while Instant::now() < end {
        for ((_, run), samples) in runs.iter_mut().zip(&mut samples) {
            let start = Instant::now();
            run();
            samples.push(start.elapsed());
        }
    }
    println!("\n{title}: smallest (median) time of many, and GB/s at the smallest");
    for ((name, _), samples) in runs.iter().zip(&mut samples) {
        samples.sort();
        let of = |sample: Duration| sample.as_secs_f64() * 1e9 / parts as f64;
        let (least, median) = (samples[0], samples[samples.len() / 2]);
        let rate = bytes as f64 / least.as_secs_f64() / 1e9;
        println!("{name:46} {:12.1} ({:12.1}) ns {rate:8.2} GB/s", of(least), of(median));
    }
}
