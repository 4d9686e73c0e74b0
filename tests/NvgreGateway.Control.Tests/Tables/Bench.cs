using System.Globalization;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tests.Tables;

/// <summary>Tables over private memory, with a clock that tests turn. No worker runs unless a test says so.</summary>
internal sealed unsafe class Bench : IDisposable
{
    public const ulong Second = 1_000_000_000;

    /// <summary>The cast of the worked packets: gateway, next hop and remote host.</summary>
    public const string Access = """{ "name": "access0", "role": "access", "device": "a", "mtu": 1500, "mac": "02:00:00:00:01:01" }""";

    public const string Underlay = """
        { "name": "underlay0", "role": "underlay", "device": "u", "mtu": 1600, "mac": "02:00:00:00:02:01",
          "addresses": ["192.0.2.1/24", "2001:db8:a::1/64"],
          "routes": [ { "prefix": "0.0.0.0/0", "via": "192.0.2.254" }, { "prefix": "::/0", "via": "2001:db8:a::fe" } ],
          "neighbors": [ { "address": "192.0.2.254", "mac": "02:00:00:00:02:fe" } ] }
        """;

    public const string Blue = """
        { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ],
          "peers": [ "198.51.100.10", { "address": "2001:db8:b::10", "ecn": "normal" } ] }
        """;

    public Bench(GatewayConfiguration configuration, ExchangeLimits? limits = null)
    {
        Memory = GatewayMemory.CreatePrivate(limits ?? GatewayTables.LimitsFor(configuration));
        Apply(configuration);
    }

    public Bench(string segments = Blue, string extra = "", string access = Access, string underlay = Underlay)
        : this(Parse(segments, extra, access, underlay))
    {
    }

    public GatewayMemory Memory { get; }

    public GatewayTables Tables { get; private set; } = null!;

    public FdbManager Fdb => Tables.Fdb;

    public Snapshot Snapshot => Memory.Current;

    public ulong Now { get; private set; } = 1000 * Second;

    public static GatewayConfiguration Parse(string segments = Blue, string extra = "", string access = Access, string underlay = Underlay)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            $$"""{ "name": "bench", "ports": [ {{access}}, {{underlay}} ], "segments": [ {{segments}} ]{{(extra.Length > 0 ? ", " + extra : "")}} }""");
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return result.Configuration!;
    }

    public static MacAddress[] MacsOf(GatewayConfiguration configuration) =>
        [.. configuration.Ports.Select(static p => p.Mac ?? PortConfiguration.MacFromName(p.Name))];

    public static MacAddress Mac(int n) => new(0x0A, 0x00, (byte)(n >> 24), (byte)(n >> 16), (byte)(n >> 8), (byte)n);

    public bool Apply(GatewayConfiguration configuration)
    {
        Tables ??= new GatewayTables(Memory, Now);
        return Tables.Apply(configuration, MacsOf(configuration), Now);
    }

    /// <summary>Another control process takes the memory over; what the former one knew is gone.</summary>
    public void RestartControl(GatewayConfiguration? configuration = null)
    {
        Tables = new GatewayTables(Memory, Now);
        if (configuration is not null)
        {
            Apply(configuration);
        }
    }

    public uint Segment(int vsid = 5001) => Tables.Ids.SegmentOf(vsid);

    public uint AttachmentPlace(int vlan = 100, string port = "access0") => Snapshot.Attachments[Tables.Ids.AttachmentOf(port, vlan)].Place;

    public uint PeerPlace(string address = "198.51.100.10", int vsid = 5001) =>
        Snapshot.Peers[Tables.Ids.PeerOf(vsid, System.Net.IPAddress.Parse(address))].Place;

    public LearnResult Learn(MacAddress mac, uint place, int vsid = 5001) => Fdb.Learn(FdbTable.Key(mac.Value, Segment(vsid)), place, Now);

    public LearnResult Learn(int mac, uint place, int vsid = 5001) => Learn(Mac(mac), place, vsid);

    /// <summary>What a worker would find: the place without flags, or 0.</summary>
    public uint Find(int mac, int vsid = 5001) => Fdb.TryFind(Segment(vsid), Mac(mac), out FdbEntry entry) ? entry.Place.Identity : 0;

    public FdbEntry Entry(int mac, int vsid = 5001)
    {
        Assert.True(Fdb.TryFind(Segment(vsid), Mac(mac), out FdbEntry entry));
        return entry;
    }

    /// <summary>Lets time pass in steps of a tenth of a second, as the control loop does.</summary>
    public void Wait(double seconds)
    {
        for (ulong end = Now + (ulong)(seconds * Second); Now < end;)
        {
            Now = Math.Min(end, Now + (Second / 10));
            Tables.Tick(Now);
        }
    }

    /// <summary>A frame of a MAC comes by: what the worker does then to its age.</summary>
    public void Refresh(int mac, int worker = 0, int vsid = 5001)
    {
        ulong key = FdbTable.Key(Mac(mac).Value, Segment(vsid));
        Assert.NotEqual(0u, Memory.Fdb.Find(Memory.Fdb.Home(key), key, out uint slot));
        Memory.Fdb.Lane(worker + 1)[slot] = (byte)Memory.Header->AgeTick;
    }

    public ulong Counter(CounterId id) => Memory.Header->ControlCounters[(int)id];

    /// <summary>The counters that are not 0, as text.</summary>
    public string Counters()
    {
        var parts = new List<string>();
        for (CounterId id = 0; id < CounterId.Count; id++)
        {
            if (Counter(id) != 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{CounterNames.Of(id)} {Counter(id)}"));
            }
        }

        return string.Join(", ", parts);
    }

    public void Dispose() => Memory.Dispose();
}
