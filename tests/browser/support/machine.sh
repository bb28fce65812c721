#!/bin/sh
# Runs a command as on a machine with a network card, a loudspeaker and a headset, all made up and gone when the command
# ends.
#
# What it mounts goes with it. The network is one of its own: loopback, and a pair of cards that lead to each other. Firefox gathers no loopback
# candidates and none at all without a default route, so without a card it finds no way to a server on the same
# machine. And without a loudspeaker it never lets sound run. What is played into the sink `room` is what the headset's
# microphone hears; `pactl` mutes it, as the system or a switch on a headset does.
set -eu
if [ "${1:-}" != inside ]; then
    exec unshare --net --mount "$0" inside "$@"
fi
shift

ip link set lo up
ip link add square0 type veth peer name square1
ip address add 10.77.0.1/24 dev square0
ip link set square0 up
ip link set square1 up
ip route add default via 10.77.0.2 dev square0

home=$(mktemp -d)
pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disable-shm=yes \
    --load="module-native-protocol-unix socket=$home/sound auth-anonymous=1" --load=module-null-sink \
    --load="module-null-sink sink_name=room" --load="module-remap-source master=room.monitor source_name=headset" \
    >"$home/log" 2>&1 &
loudspeaker=$!
trap 'kill "$loudspeaker" || true; rm -rf "$home"' EXIT
HOME=$home XDG_RUNTIME_DIR=$home PULSE_SERVER=unix:$home/sound "$@"
