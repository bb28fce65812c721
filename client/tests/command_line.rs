//! What `torg-guest` says, and how it ends, where there is nothing to join.

use std::process::{Command, Output};

fn torg_guest(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_torg-guest")).args(arguments).output().expect("the program starts")
}

/// Fails with words for people on the error stream, and nothing on the other.
fn fails_with(arguments: &[&str], words: &str) {
    let output = torg_guest(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{arguments:?} succeeds");
    assert!(errors.contains(words), "{arguments:?} says: {errors}");
    assert!(output.stdout.is_empty(), "{arguments:?} prints: {}", String::from_utf8_lossy(&output.stdout));
}

const NOBODY_THERE: &str = "http://127.0.0.1:9/s/torget#token";

#[test]
fn what_is_no_link_is_refused_in_words() {
    fails_with(&["join", "torget"], "a link starts with http:// or https://");
    fails_with(&["join", "http://127.0.0.1:9/"], "names no space");
    fails_with(&["crowd", "http://127.0.0.1:9/s/torget"], "copy the whole link");
}

#[test]
fn what_cannot_be_asked_is_refused_before_anything_is_tried() {
    fails_with(&["join", NOBODY_THERE, "--murmur", "3"], "-80 to 0 dB");
    fails_with(&["join", NOBODY_THERE, "--murmur", "loud"], "-80 to 0 dB");
    fails_with(&["join", NOBODY_THERE, "--mode", "aside"], "forwarded");
    fails_with(&["join", NOBODY_THERE, "--speak", "zone:"], "zone:NAME");
    fails_with(&["join", NOBODY_THERE, "--speak", "all"], "everybody");
    fails_with(&["crowd", NOBODY_THERE, "--murmur=-81"], "-80 to 0 dB");
    fails_with(&["join", NOBODY_THERE, "--at", "3"], "X,Y");
    fails_with(&["join", NOBODY_THERE, "--tone", "0"], "20 to 20000 Hz");
    fails_with(&["join", NOBODY_THERE, "--for=-1"], "--for");
    fails_with(&["join", NOBODY_THERE, "--after", "3"], "--walk-to");
    fails_with(&["join", NOBODY_THERE, "--at", "1,1", "--table", "Oak"], "cannot be used with");
    fails_with(&["join", NOBODY_THERE, "--play", "/nowhere.wav"], "/nowhere.wav");
    fails_with(&["crowd", NOBODY_THERE, "--guests", "0"], "at least one guest");
}

#[test]
fn where_no_server_is_it_says_so() {
    fails_with(&["join", NOBODY_THERE, "--json"], "no connection to the server");
}

#[test]
fn what_can_be_asked_of_sound_gets_as_far_as_the_server() {
    let words = "no connection to the server";
    fails_with(&["join", NOBODY_THERE, "--murmur", "-20", "--mode", "mixed", "--speak", "zone:Stille krok"], words);
    fails_with(&["join", NOBODY_THERE, "--murmur=0", "--mode", "forwarded", "--speak", "everybody"], words);
    fails_with(&["crowd", NOBODY_THERE, "--guests", "1", "--murmur", "-6", "--mode", "mixed"], words);
}
