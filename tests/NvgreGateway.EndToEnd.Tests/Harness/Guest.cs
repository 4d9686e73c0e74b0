namespace NvgreGateway.EndToEnd.Tests;

/// <summary>A small emulated Linux machine whose virtio NICs are wired to the gateway's net_vhost ports.</summary>
internal sealed class Guest : IDisposable
{
    // Each waits for what it is about, however slow the machine is: a minute and more of an emulated one.
    private const string Functions = """
        await() { # CONDITION
          tries=0
          until eval "$1"; do
            tries=$((tries + 1)); [ $tries -lt 600 ] || { echo "in vain: $1"; return 1; }
            sleep 0.1
          done
        }
        capture() { # NAME NAMESPACE DEVICE OPTIONS...: what passes from now on, into /tmp/NAME.pcap; namespace - is the first one
          name=$1; device=$3; where="ip netns exec $2"; [ "$2" != - ] || where=
          rm -f /tmp/td-$name; shift 3
          ($where tcpdump -i $device -w /tmp/$name.pcap -U --immediate-mode -Z root "$@" >/tmp/td-$name 2>&1 &)
          await "grep -qs listening /tmp/td-$name"
        }
        end_captures() { # once what came is in the files: half a second without a change, ten seconds at most
          sizes=$(wc -c /tmp/*.pcap); rounds=0
          until before=$sizes; sleep 0.5; sizes=$(wc -c /tmp/*.pcap); rounds=$((rounds + 1)); [ "$sizes" = "$before" ] || [ $rounds -ge 20 ]; do :; done
          for p in $(pidof tcpdump); do kill $p 2>/dev/null || true; done
          await '! pidof tcpdump >/dev/null'
        }
        serve() { # NAMESPACE: an iperf3 server
          where="ip netns exec $1"; [ "$1" != - ] || where=
          ($where iperf3 -s >/tmp/iperf3-$1 2>&1 &)
          await "$where ss -ltn | grep -q ':5201 '"
        }
        client() { # NAMESPACE OPTIONS...: iperf3 to a server, which may still be at the end of an earlier test
          where="ip netns exec $1"; [ "$1" != - ] || where=
          shift; tries=0
          until $where iperf3 "$@" --forceflush >/tmp/client-$$ 2>&1; do
            tries=$((tries + 1)); grep -q 'server is busy' /tmp/client-$$ && [ $tries -lt 100 ] || { cat /tmp/client-$$; return 1; }
            sleep 0.1
          done
          cat /tmp/client-$$
        }

        """;

    private readonly string _name;
    private readonly Lab _lab;

    public Guest(Lab lab, params string[] nics)
    {
        _lab = lab;
        _name = lab.Name("vm");
        lab.Add(this);
        Shell.Run($"{Machine.Lab}/guest start {_name} {string.Join(' ', nics.Select(n => "--nic " + n))}", 360);
    }

    /// <summary>Runs a shell script in the guest, with <see cref="Functions"/> before it; fails the test where it fails.</summary>
    public string Run(string script, int seconds = 120) => Try(script, seconds).MustSucceed().Output;

    /// <summary>Runs a shell script in the guest.</summary>
    public CommandResult Try(string script, int seconds = 120)
    {
        string file = Path.Combine(_lab.Sockets, "script");
        File.WriteAllText(file, Functions + script + "\n");
        return Shell.Try($"{Machine.Lab}/guest run {_name} -t {seconds} -f {file}", seconds + 20);
    }

    /// <summary>Copies a file out of the guest.</summary>
    public void Get(string guestPath, string localPath) => Shell.Run($"{Machine.Lab}/guest get {_name} {guestPath} {localPath}", 180);

    public void Dispose()
    {
        File.WriteAllText(_lab.LogFile("guest-console"), Shell.Try($"{Machine.Lab}/guest log {_name}").Output);
        Shell.Try($"{Machine.Lab}/guest stop {_name}", 30);
    }
}
