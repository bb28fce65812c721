//! Measures the mixer: `mix-bench [mixed] [beds] [codec] [hold MINUTES]`, without words the first three.
//! `cargo xtask bench mix` runs it. Build it in release; with the feature `libopus` it measures that codec, and compares
//! both.
//!
//! Costs are CPU time of the thread that did the work, as the kernel counts it, since the machine may be busy otherwise.
//! What is compared is measured in turns of a second of sound, so that both meet the same moods of the machine.

mod beds;
mod codec;
mod cpu;
mod hold;
mod mixed;
mod voices;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    println!("codec: {}", torg_mix::codec::NAME);
    // One thread, whose time is all the time; what is shared out among more costs the same and a little for waking them.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let all = words.is_empty();
    if all || words.iter().any(|word| word == "mixed") {
        alone.install(mixed::measure);
    }
    if all || words.iter().any(|word| word == "beds") {
        alone.install(beds::measure);
    }
    if all || words.iter().any(|word| word == "codec") {
        alone.install(codec::measure);
    }
    if let Some(at) = words.iter().position(|word| word == "hold") {
        let minutes: f64 = words.get(at + 1).ok_or("hold how many minutes?")?.parse()?;
        hold::measure(minutes)?;
    }
    Ok(())
}
