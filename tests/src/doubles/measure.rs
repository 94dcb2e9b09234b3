//! A run with its seconds and memory.

use maraude_linkage::{Linkage, LinkageObservation, Parameters, Phase, link_by_phase};
use std::time::Instant;

/// A run and what it cost.
pub struct Measured {
    /// The run.
    pub linkage: Linkage,
    /// By the clock: block, train, score, cluster and count.
    pub seconds: [f64; 4],
    /// The same of the processor: what a loaded machine does not stretch, in hundredths at best.
    pub cpu_by_phase: [f64; 4],
    /// Of the processor: what a loaded machine does not stretch.
    pub cpu_seconds: f64,
    /// Highest memory above what the observations took, MB.
    pub peak_mb: f64,
}

/// Links with the default parameters and measures.
pub fn measure(observations: &[LinkageObservation]) -> Measured {
    forget_peak();
    let before_kb = status_kb("VmRSS:");
    let cpu = cpu_seconds();
    let mut last = Instant::now();
    let (mut seconds, mut cpu_by_phase) = ([0.0; 4], [0.0; 4]);
    let mut last_cpu = cpu;
    let linkage = link_by_phase(observations, &[], &Parameters::default(), &mut |phase| {
        let index = match phase {
            Phase::Block => 0,
            Phase::Train => 1,
            Phase::Score => 2,
            Phase::Cluster => 3,
        };
        seconds[index] += last.elapsed().as_secs_f64();
        let now = cpu_seconds();
        cpu_by_phase[index] += now - last_cpu;
        last_cpu = now;
        last = Instant::now();
    });
    Measured {
        linkage,
        seconds,
        cpu_by_phase,
        cpu_seconds: cpu_seconds() - cpu,
        peak_mb: (status_kb("VmHWM:") - before_kb) / 1_024.0,
    }
}

/// Starts the peak of memory anew; where the system does not let us, the peak stays the highest.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// User and system time of this process: fields 14 and 15 of its `stat`, in hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks: Vec<f64> = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    ticks.iter().sum::<f64>() / 100.0
}

fn status_kb(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
    number.unwrap_or(f64::NAN)
}
