using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tests.Loop;

/// <summary>A control plane over private memory, with the test as its clock, its workers and its wire.</summary>
internal sealed unsafe class PlaneFixture : IDisposable
{
    public const ulong Second = 1_000_000_000;
    public const ulong Start = 1000 * Second;
    public const int Access = 0;
    public const int Underlay = 1;
    private ulong _sequence;

    public PlaneFixture(string? json = null, ControlOptions? options = null, GatewayMemory? memory = null)
    {
        Configuration = Parse(json ?? Json());
        Memory = memory ?? GatewayMemory.CreatePrivate(GatewayTables.LimitsFor(Configuration));
        PortTableWriter.Write(Memory, Configuration); // as the supervisor does: a successor knows ports by their names
        Plane = new ControlPlane(Memory, Configuration, Log, options ?? new ControlOptions { Ordered = true });
        Now = Start;
        Plane.Start(Now);
    }

    public GatewayConfiguration Configuration { get; }

    public GatewayMemory Memory { get; }

    public ControlPlane Plane { get; }

    public RecordingLog Log { get; } = new();

    public ulong Now { get; private set; }

    public static string Json(string underlay = "", string top = "", string peers = "\"192.0.2.2\", \"2001:db8::2\", \"198.51.100.7\"", string segments = "") => $$"""
        {
          "name": "unit",
          "ports": [
            { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" },
            { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "mtu": 1600,
              "addresses": ["192.0.2.1/24", "2001:db8::1/64"], "routes": [ { "prefix": "0.0.0.0/0", "via": "192.0.2.254" } ]{{underlay}} }
          ],
          "segments": [
            { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ {{peers}} ] }{{segments}}
          ]{{top}}
        }
        """;

    public static GatewayConfiguration Parse(string json)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(json);
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return result.Configuration;
    }

    /// <summary>A frame that control refuses as malformed: one drop, no answer, and nothing learned of the next hop.</summary>
    public static void DropsAsInvalid(string hex, string nextHop)
    {
        using var f = new PlaneFixture();
        f.Frame(hex);
        f.Round();
        Assert.Empty(f.SentFrames());
        Assert.Equal(1ul, f.Drops(DropReason.ArpInvalid));
        Assert.Equal(1ul, f.AllDrops());
        Assert.Equal(NextHopState.Idle, f.Slot(f.NextHop(nextHop)).State);
    }

    public uint NextHop(string address, int port = Underlay)
    {
        uint id = Plane.Tables.Ids.NextHopOf(port, System.Net.IPAddress.Parse(address));
        Assert.NotEqual(0u, id);
        return id;
    }

    public NextHopSlot Slot(uint id) => Memory.NextHops[id];

    public ulong Drops(DropReason reason) => Memory.Header->ControlDrops[(int)reason];

    public ulong AllDrops()
    {
        ulong sum = 0;
        for (int i = 0; i < 128; i++)
        {
            sum += Memory.Header->ControlDrops[i];
        }

        return sum;
    }

    /// <summary>A worker punts.</summary>
    public void Punt(PuntKind kind, ulong key = 0, uint place = 0, string frame = "", ulong? sequence = null, int worker = 0, int port = Underlay, PuntClass? ring = null)
    {
        byte[] bytes = Convert.FromHexString(frame);
        SpscRing punts = Memory.Punt(worker, ring ?? (kind == PuntKind.Learn ? PuntClass.Learn : bytes.Length > 400 ? PuntClass.Icmp : PuntClass.Neighbor));
        var slot = (PuntSlot*)punts.Reserve();
        Assert.True(slot != null, "the ring is full");
        *slot = new PuntSlot
        {
            Sequence = sequence ?? ++_sequence,
            Key = key,
            Place = place,
            OriginalLength = (uint)bytes.Length,
            CopiedLength = (ushort)bytes.Length,
            Port = (ushort)port,
            Kind = kind,
            L3Offset = 14,
        };
        bytes.CopyTo(new Span<byte>(PuntSlot.Data(slot), bytes.Length));
        punts.Publish();
    }

    public void Frame(string hex, ulong? sequence = null, int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            Punt(PuntKind.Frame, frame: hex, sequence: sequence);
        }
    }

    public void Need(uint id, ulong? sequence = null) => Punt(PuntKind.NextHopNeeded, key: id, sequence: sequence);

    /// <summary>Time passes, timers at their own times as in replay; then control works.</summary>
    public void Advance(double seconds)
    {
        ulong to = Now + (ulong)(seconds * Second);
        while (Plane.NextTimer is { } due && due <= to)
        {
            Plane.Process(Math.Max(due, Now));
        }

        Now = to;
        Round();
    }

    public void Round()
    {
        Plane.Collect();
        Plane.Process(Now);
    }

    /// <summary>What control sent since.</summary>
    public List<(ulong Sequence, int Port, string Hex)> Sent()
    {
        var sent = new List<(ulong, int, string)>();
        SpscRing ring = Memory.Inject(0);
        for (var slot = (InjectSlot*)ring.Peek(); slot != null; slot = (InjectSlot*)ring.Peek())
        {
            sent.Add((slot->Sequence, slot->Port, Convert.ToHexStringLower(new ReadOnlySpan<byte>(InjectSlot.Data(slot), slot->Length))));
            ring.Release();
        }

        return sent;
    }

    public List<string> SentFrames() => [.. Sent().Select(static s => s.Hex)];

    public void Dispose() => Memory.Dispose();
}
