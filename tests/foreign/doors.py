"""A client that isn't ours: GStreamer's webrtcbin at the doors for WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep).

    doors.py check                                   says what is missing of GStreamer, if anything is
    doors.py publish URL --token=T [--hertz F]       sends a tone of -12 dBFS RMS
    doors.py publish URL --token=T --video           offers video and nothing else
    doors.py listen URL --token=T --record OUT.wav   records what it hears: 48 kHz, 16 bits, stereo

It prints one JSON object a line: `posted` with the answer of the server, `connected`, `sound` when the first packet of
sound came, `deleted` with the answer to its DELETE, `failed` with a reason. A line on the standard input, or its end,
makes it leave.
"""

import argparse
import http.client
import json
import os
import sys
import threading
import urllib.parse

ELEMENTS = [
    "webrtcbin", "nicesink", "nicesrc", "dtlsenc", "srtpenc", "audiotestsrc", "audioconvert", "audioresample", "opusenc",
    "opusdec", "rtpopuspay", "rtpopusdepay", "videotestsrc", "vp8enc", "rtpvp8pay", "wavenc", "filesink",
]

# A sine of -12 dBFS RMS: the level at which guests hum.
AMPLITUDE = 10 ** (-12 / 20) * 2 ** 0.5

OPUS = "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000,encoding-params=(string)2"

MEDIA_TYPE = "application/sdp"

# How long HTTP and the gathering of candidates may take, seconds.
PATIENCE_S = 10


def say(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


def missing():
    """What of GStreamer is not there, in words; nothing when all is."""
    try:
        import gi

        for name in ["Gst", "GstWebRTC", "GstSdp"]:
            gi.require_version(name, "1.0")
        from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: F401
    except (ImportError, ValueError) as error:
        return f"Python does not find GStreamer: {error}"
    Gst.init(None)
    absent = [name for name in ELEMENTS if Gst.ElementFactory.find(name) is None]
    return f"GStreamer lacks {', '.join(absent)}" if absent else None


class Door:
    """One session at a door: an offer by POST, an answer, sound, and a DELETE."""

    def __init__(self, arguments):
        from gi.repository import GLib, Gst, GstSdp, GstWebRTC

        self.glib, self.gst, self.sdp, self.webrtc = GLib, Gst, GstSdp, GstWebRTC
        self.arguments = arguments
        self.session = None
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new()
        self.pipeline.add(Gst.parse_bin_from_description(self.description(), False))
        self.rtc = self.pipeline.get_by_name("rtc")
        if arguments.does == "listen":
            direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
            self.rtc.emit("add-transceiver", direction, Gst.Caps.from_string(OPUS))
            self.rtc.connect("pad-added", self.hear)
        else:
            self.only_sends()
        self.rtc.connect("on-negotiation-needed", self.offer)
        self.rtc.connect("notify::ice-gathering-state", self.gathered)
        self.rtc.connect("notify::connection-state", self.connected)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", lambda _, message: self.fail("; ".join(map(str, message.parse_error()))))
        bus.connect("message::eos", lambda *_: self.loop.quit())

    def description(self):
        rtc = "webrtcbin name=rtc bundle-policy=max-bundle"
        if self.arguments.does == "listen":
            return rtc
        if self.arguments.video:
            return f"{rtc} videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay pt=96 ! rtc."
        tone = f"audiotestsrc is-live=true freq={self.arguments.hertz} volume={AMPLITUDE}"
        return f"{rtc} {tone} ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=111 ! {OPUS} ! rtc."

    def only_sends(self):
        for index in range(8):
            transceiver = self.rtc.emit("get-transceiver", index)
            if transceiver is None:
                return
            transceiver.set_property("direction", self.webrtc.WebRTCRTPTransceiverDirection.SENDONLY)

    def offer(self, _):
        def made(promise):
            # The offer is a part of the reply, and is gone with it.
            reply = promise.get_reply()
            self.rtc.emit("set-local-description", reply.get_value("offer"), self.gst.Promise.new())

        self.rtc.emit("create-offer", None, self.gst.Promise.new_with_change_func(made))

    def gathered(self, rtc, _):
        if rtc.get_property("ice-gathering-state") == self.webrtc.WebRTCICEGatheringState.COMPLETE:
            self.glib.idle_add(self.post, rtc.get_property("local-description").sdp.as_text())

    def post(self, offer):
        status, headers, body = self.request("POST", self.arguments.url, offer, {"Content-Type": MEDIA_TYPE})
        say("posted", status=status, headers=headers, body=body, offer=offer)
        if status != 201:
            self.loop.quit()
            return False
        self.session = urllib.parse.urljoin(self.arguments.url, headers.get("location", ""))
        _, parsed = self.sdp.SDPMessage.new_from_text(body)
        answer = self.webrtc.WebRTCSessionDescription.new(self.webrtc.WebRTCSDPType.ANSWER, parsed)
        self.rtc.emit("set-remote-description", answer, self.gst.Promise.new())
        return False

    def connected(self, rtc, _):
        state = rtc.get_property("connection-state")
        if state == self.webrtc.WebRTCPeerConnectionState.CONNECTED:
            say("connected")
        elif state == self.webrtc.WebRTCPeerConnectionState.FAILED:
            self.fail("the peer connection failed")

    def hear(self, _, pad):
        if pad.get_direction() != self.gst.PadDirection.SRC:
            return
        wave = "audio/x-raw,format=S16LE,rate=48000,channels=2"
        ear = self.gst.parse_bin_from_description(
            f"queue ! rtpopusdepay ! opusdec ! audioconvert ! audioresample ! {wave} ! wavenc ! filesink name=file", True
        )
        ear.get_by_name("file").set_property("location", self.arguments.record)
        # Beside it: pads of different bins are not linked.
        self.rtc.get_parent().add(ear)
        ear.sync_state_with_parent()
        pad.link(ear.get_static_pad("sink"))
        pad.add_probe(self.gst.PadProbeType.BUFFER, self.first_packet)

    def first_packet(self, *_):
        say("sound")
        return self.gst.PadProbeReturn.REMOVE

    def request(self, method, url, body="", headers=None):
        parts = urllib.parse.urlsplit(url)
        secure = parts.scheme == "https"
        connection = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(
            parts.netloc, timeout=PATIENCE_S
        )
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        bearer = {"Authorization": f"Bearer {self.arguments.token}"}
        connection.request(method, path, body, {**bearer, **(headers or {})})
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read().decode()

    def leave(self):
        if self.session is not None:
            status, headers, body = self.request("DELETE", self.session)
            say("deleted", status=status, headers=headers, body=body)
        # The end of the stream lets the file's header say how long it is.
        self.pipeline.send_event(self.gst.Event.new_eos())
        self.glib.timeout_add(500, self.loop.quit)
        return False

    def fail(self, reason):
        say("failed", reason=reason)
        self.loop.quit()

    def wait_for_input(self):
        sys.stdin.readline()
        self.glib.idle_add(self.leave)

    def run(self):
        threading.Thread(target=self.wait_for_input, daemon=True).start()
        self.pipeline.set_state(self.gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(self.gst.State.NULL)


def main():
    parser = argparse.ArgumentParser()
    does = parser.add_subparsers(dest="does", required=True)
    does.add_parser("check")
    for name in ["publish", "listen"]:
        door = does.add_parser(name)
        door.add_argument("url")
        # With its name before it: a token may begin with a hyphen.
        door.add_argument("--token", required=True)
    does.choices["publish"].add_argument("--hertz", type=float, default=450)
    does.choices["publish"].add_argument("--video", action="store_true")
    does.choices["listen"].add_argument("--record", default=os.devnull)
    arguments = parser.parse_args()
    lacks = missing()
    if lacks is not None:
        print(lacks)
        sys.exit(1)
    if arguments.does != "check":
        Door(arguments).run()


main()
