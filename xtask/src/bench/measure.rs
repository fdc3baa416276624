//! The run: prepares a store with the knowledge base, then one part after the other.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::raw::Raw;
use super::report::{Figure, median, ms};
use super::{Options, Part, correlations, large, limits, process, reads, slow_disk, warninglists, writes};
use crate::generate::{Event, Random};
use crate::node::{self, Node, Settings};
use crate::packages;
use crate::run::{self, Step, cargo};
use crate::workspace::{self, Profile, Scratch};

/// What the parts share.
pub struct Run {
    /// Whether only the direction is of interest.
    pub quick: bool,
    /// One fsync of this disk.
    pub fsync: Duration,
    /// A database for the raw insert; it grows as the store does.
    pub raw: Raw,
    /// Where values come from.
    pub random: Random,
    /// Attributes that were added to the store so far.
    pub stored: usize,
    template: Settings,
    folder: PathBuf,
}

impl Run {
    /// `full` repetitions, a tenth of them (at least three) in a quick run.
    pub fn times(&self, full: usize) -> usize {
        if self.quick { (full / 10).max(3) } else { full }
    }

    /// `full` attributes, a tenth in a quick run.
    pub fn size(&self, full: usize) -> usize {
        if self.quick { full / 10 } else { full }
    }

    /// A copy of the store with the knowledge base, for a server of its own.
    pub fn fresh(&self, purpose: &str) -> Result<Settings> {
        let settings = Settings {
            data: self.folder.join(purpose),
            ..self.template.clone()
        };
        workspace::copy_tree(&self.template.data, &settings.data)?;
        Ok(settings)
    }

    /// Where the stores of the run lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new event that will be added to the store.
    pub fn event(&mut self, attributes: usize) -> Event {
        self.stored += attributes;
        Event::new(&mut self.random, attributes)
    }

    /// The raw insert of the same rows.
    pub fn raw_insert(&mut self, event: &Event) -> Result<Duration> {
        self.raw.insert(event, &mut self.random)
    }
}

/// Measures everything that is wanted.
pub fn bench(options: &Options) -> Result<()> {
    let wanted = |part| options.only.is_empty() || options.only.contains(&part);
    if wanted(Part::Warninglists) {
        let _step = Step::new("warninglists");
        warninglists::measure(options.quick)?;
    }
    if options.only == [Part::Warninglists] {
        return Ok(());
    }
    {
        let _step = Step::new("build the release server");
        run::run(&mut cargo(["build", "--release", "--package", "entente-server"]))?;
    }
    let parent = options.dir.clone().unwrap_or_else(workspace::target);
    let scratch = Scratch::inside(&parent, "bench")?;
    let mut run = prepare(options, scratch.path())?;

    let settings = run.fresh("store")?;
    let empty = process::bytes_below(&settings.data)?;
    if wanted(Part::Writes) || wanted(Part::Reads) {
        let node = Node::start(&settings)?;
        memory_idle(&node)?;
        if wanted(Part::Writes) {
            let _step = Step::new("writes");
            writes::measure(&mut run, &node)?;
        }
        if wanted(Part::Reads) {
            let known = {
                let _step = Step::new("fill the store");
                reads::fill(&mut run, &node)?
            };
            let _step = Step::new("reads");
            reads::measure(&run, &node, &known)?;
        }
        memory_after(&run, &node)?;
        node.stop()?;
        disk(&run, &settings, empty)?;
        start_up(&run, &settings)?;
        let _step = Step::new("publish and relabel");
        writes::relabel(&mut run, &settings)?;
    }
    if wanted(Part::Correlations) {
        let _step = Step::new("correlations");
        correlations::measure(&mut run)?;
    }
    if wanted(Part::SlowDisk) {
        let _step = Step::new("a slow disk");
        slow_disk::measure(&mut run)?;
    }
    if wanted(Part::Large) {
        let _step = Step::new("one large event");
        large::measure(&mut run)?;
    }
    Ok(())
}

fn prepare(options: &Options, folder: &Path) -> Result<Run> {
    let _step = Step::new("a store with the knowledge base");
    let template = Settings {
        binary: Profile::Release.binary(),
        data: folder.join("template"),
        database: None,
        key: node::random_word(40)?,
        environment: Vec::new(),
    };
    Node::start(&template)?.stop()?;
    let mut import = template.entente(&["knowledge", "import"]);
    run::output(import.args(packages::knowledge()?)).context("cannot import the knowledge base")?;
    let fsync = limits::fsync(folder, 300)?;
    Figure::new("limit_fsync")
        .with("ms", ms(fsync))
        .with("per_second", 1.0 / fsync.as_secs_f64())
        .print()?;
    Ok(Run {
        quick: options.quick,
        fsync,
        raw: Raw::new(&folder.join("raw"))?,
        random: Random::new(20_260_101),
        stored: 0,
        template,
        folder: folder.to_path_buf(),
    })
}

fn memory_idle(node: &Node) -> Result<()> {
    // Whatever the server does right after its start is over by then.
    thread::sleep(Duration::from_secs(2));
    let resident = megabytes(node, "VmRSS")?;
    Figure::new("memory_idle")
        .with("mb", resident)
        .goal("< 120 MB with the knowledge base", resident < 120.0)
        .print()
}

fn memory_after(run: &Run, node: &Node) -> Result<()> {
    Figure::new("memory_after")
        .with("mb", megabytes(node, "VmRSS")?)
        .with("peak_mb", megabytes(node, "VmHWM")?)
        .with("attributes", run.stored as f64)
        .print()
}

/// A memory figure of the server, in MB of 1 000 000 bytes.
pub fn megabytes(node: &Node, field: &str) -> Result<f64> {
    Ok(process::memory_kb(node.pid(), field)? as f64 * 1.024 / 1000.0)
}

fn disk(run: &Run, settings: &Settings, empty: u64) -> Result<()> {
    let bytes = process::bytes_below(&settings.data)?.saturating_sub(empty);
    let each = bytes as f64 / run.stored.max(1) as f64;
    Figure::new("disk_per_attribute")
        .with("bytes", each)
        .with("attributes", run.stored as f64)
        .goal("≤ 170 bytes", each <= 170.0)
        .print()
}

fn start_up(run: &Run, settings: &Settings) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..run.times(10) {
        let node = Node::start(settings)?;
        times.push(node.started_in);
        node.stop()?;
    }
    let time = median(times);
    Figure::new("start_up")
        .with("ms", ms(time))
        .with("attributes", run.stored as f64)
        .goal(
            "< 1 s to /readyz with an existing store",
            time < Duration::from_secs(1),
        )
        .print()
}
