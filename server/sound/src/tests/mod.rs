//! Whole files through [`Sound`]: what goes in comes out as loud as it should be, and nothing that comes from outside
//! panics.

mod broken;
mod files;
mod heard;
mod ogg_files;
mod wav_files;
