using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Offload;

/// <summary>
/// What a port's offloads come to: a pure function of what its device reports and was set up with, its driver's quirks, the self-test,
/// whoever sits behind it, and the configuration (C-023, C-038, C-070 to C-073).
/// </summary>
public sealed class OffloadPlan
{
    /// <summary>Bytes from the start of a frame to the end of its innermost transport header at most (C-065, C-071).</summary>
    public const int MaxHeader = 256;

    private const PortOffloads Checksums4 = PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Udp4;
    private const PortOffloads Checksums6 = PortOffloads.Tcp6 | PortOffloads.Udp6;
    private readonly OffloadFacts _facts;
    private readonly OffloadConfiguration _wanted;
    private readonly DriverQuirk _quirk;
    private readonly DeviceOffloads _able;
    private readonly DeviceOffloads _setUp;
    private readonly PortOffloads _plainAble;
    private readonly PortOffloads _nvgreAble;

    /// <summary>Makes a plan.</summary>
    /// <param name="facts">What is known of the device.</param>
    /// <param name="wanted">What may be used.</param>
    public OffloadPlan(OffloadFacts facts, OffloadConfiguration wanted)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(wanted);
        _facts = facts;
        _wanted = wanted;
        _quirk = DriverQuirks.Of(facts.Driver);
        DeviceOffloads besides = _quirk.Besides(facts.Device);
        _able = facts.Reported | besides;
        _setUp = facts.Asked | ((facts.Asked & (DeviceOffloads.Tx & ~DeviceOffloads.TxSegments)) != 0 ? besides : DeviceOffloads.None);
        DriverQuirk unheeded = _quirk with { NotPlain = PortOffloads.None, NotNvgre = PortOffloads.None };
        _plainAble = OffloadAbility.Plain(_able, unheeded);
        _nvgreAble = OffloadAbility.Nvgre(_able, unheeded);
        PortOffloads allowed = Allowed(wanted.Tx), outer = (wanted.Tx & OffloadNames.CsumIp4) == 0 ? ~PortOffloads.OuterIp4 : PortOffloads.All;
        PortOffloads passed = facts.Tested ? PortOffloads.All : PortOffloads.None;
        PortOffloads plain = OffloadAbility.Complete(OffloadAbility.Plain(_setUp, _quirk) & allowed & facts.Peer & ~facts.PlainFaults.Failed & passed);
        PortOffloads nvgre = OffloadAbility.Nvgre(_setUp, _quirk) & allowed & facts.Peer & passed & outer;
        const OffloadNames Encapsulated = OffloadNames.EncapEnabled | OffloadNames.EncapNvgre;
        nvgre &= (wanted.Tx & Encapsulated) == Encapsulated ? PortOffloads.All : PortOffloads.None;
        PortOffloads nvgre4 = OffloadAbility.Complete(nvgre & ~PortOffloads.Outer6 & ~facts.NvgreFaults.Failed);
        PortOffloads nvgre6 = OffloadAbility.Complete(nvgre & ~PortOffloads.Outer4 & ~facts.Nvgre6Faults.Failed);
        plain |= Cwr(plain);
        nvgre4 |= Cwr(nvgre4);
        nvgre6 |= Cwr(nvgre6);
        Sets = new PortOffloadSets(plain, nvgre4, nvgre6, _quirk.TakesRequests && !facts.Underlay, Checks(facts));
    }

    /// <summary>What workers are told.</summary>
    public PortOffloadSets Sets { get; }

    /// <summary>Whether the receive side would have to be set up anew to be as wanted: only a stopped port can be (C-076).</summary>
    public bool NeedsRestart
    {
        get
        {
            DeviceOffloads wanted = Wishes(_wanted) & _facts.Reported & _quirk.Askable(_facts.Underlay);
            return ((wanted ^ _facts.Asked) & DeviceOffloads.Rx) != 0 || (wanted & DeviceOffloads.Tx & ~_facts.Asked) != 0;
        }
    }

    /// <summary>What may be asked of a device, by configuration. Transmit offloads all or none, so that single ones switch live.</summary>
    /// <param name="wanted">The configuration.</param>
    /// <returns>Offloads.</returns>
    public static DeviceOffloads Wishes(OffloadConfiguration wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        DeviceOffloads wishes = DeviceOffloads.TxSegments;
        if (wanted == OffloadConfiguration.Off)
        {
            return wishes;
        }

        wishes |= DeviceOffloads.Tx;
        wishes |= (wanted.Rx & OffloadNames.CsumIp4) != 0 ? DeviceOffloads.RxIp4 | DeviceOffloads.RxOuterIp4 : DeviceOffloads.None;
        wishes |= (wanted.Rx & (OffloadNames.CsumTcp4 | OffloadNames.CsumTcp6)) != 0 ? DeviceOffloads.RxTcp : DeviceOffloads.None;
        wishes |= (wanted.Rx & (OffloadNames.CsumUdp4 | OffloadNames.CsumUdp6)) != 0 ? DeviceOffloads.RxUdp : DeviceOffloads.None;
        // A large frame comes with a checksum that is only begun: the one is not to be had without the other.
        return (wishes & DeviceOffloads.RxTcp) != 0 ? wishes | DeviceOffloads.RxLro : wishes;
    }

    // The loopback shows frames with CWR: who passed it does as C-010 says. Of a driver's word there is none.
    private PortOffloads Cwr(PortOffloads set) =>
        (set & (PortOffloads.Tso4 | PortOffloads.Tso6)) == 0 || _quirk.LeavesCwr || _facts.Loop == LoopCheck.Done ? PortOffloads.None : PortOffloads.OwnCwr;

    // On the PA side the device must see the tunnel: one that checks outer headers does (C-043).
    private static bool Checks(OffloadFacts facts)
    {
        DeviceOffloads needed = DeviceOffloads.RxIp4 | DeviceOffloads.RxTcp | DeviceOffloads.RxUdp | (facts.Underlay ? DeviceOffloads.RxOuterIp4 : DeviceOffloads.None);
        return (facts.Asked & needed) == needed;
    }

    /// <summary>Every offload by name.</summary>
    /// <returns>In the order of C.6a.</returns>
    public IReadOnlyList<OffloadState> States() => [.. OffloadConfiguration.Words.Select(w => StateOf(w.Word, w.Name))];

    /// <summary>The functions of NDIS but VMQ, which is rules (<see cref="Flows.FlowAbilities"/>).</summary>
    /// <returns>One each.</returns>
    public IReadOnlyList<OffloadFunction> Functions()
    {
        IReadOnlyList<string> received = Received(_able), receiving = Received(_facts.Asked);
        return
        [
            new("tx checksum", Families(_nvgreAble, Checksums4, Checksums6), Families(Sets.Nvgre, Checksums4, Checksums6)),
            new("rx checksum", received, receiving),
            new("lsov2", Families(_nvgreAble, PortOffloads.Tso4, PortOffloads.Tso6), Families(Sets.Nvgre, PortOffloads.Tso4, PortOffloads.Tso6)),
            new("uso", Families(_nvgreAble, PortOffloads.Uso4, PortOffloads.Uso6), Families(Sets.Nvgre, PortOffloads.Uso4, PortOffloads.Uso6)),
            new("rss", Hashed(_facts.RssReported), Hashed(_facts.RssActive)),
        ];
    }

    private static PortOffloads Allowed(OffloadNames names)
    {
        PortOffloads set = PortOffloads.All & ~PortOffloads.Kinds;
        foreach ((OffloadNames name, PortOffloads bit) in Bits)
        {
            set |= (names & name) != 0 ? bit : PortOffloads.None;
        }

        return set;
    }

    private static readonly (OffloadNames Name, PortOffloads Bit)[] Bits =
    [
        (OffloadNames.TsoInner4, PortOffloads.Tso4), (OffloadNames.TsoInner6, PortOffloads.Tso6),
        (OffloadNames.UsoInner4, PortOffloads.Uso4), (OffloadNames.UsoInner6, PortOffloads.Uso6),
        (OffloadNames.CsumIp4, PortOffloads.Ip4), (OffloadNames.CsumTcp4, PortOffloads.Tcp4), (OffloadNames.CsumTcp6, PortOffloads.Tcp6),
        (OffloadNames.CsumUdp4, PortOffloads.Udp4), (OffloadNames.CsumUdp6, PortOffloads.Udp6),
    ];

    private static PortOffloads BitOf(OffloadNames name) => Array.Find(Bits, b => b.Name == name).Bit;

    private static DeviceOffloads RxOf(OffloadNames name) => name switch
    {
        OffloadNames.CsumIp4 => DeviceOffloads.RxIp4,
        OffloadNames.CsumTcp4 or OffloadNames.CsumTcp6 => DeviceOffloads.RxTcp,
        OffloadNames.CsumUdp4 or OffloadNames.CsumUdp6 => DeviceOffloads.RxUdp,
        _ => DeviceOffloads.None,
    };

    private static IReadOnlyList<string> Families(PortOffloads set, PortOffloads four, PortOffloads six)
    {
        bool inner4 = (set & four) != 0, inner6 = (set & six) != 0, any = inner4 || inner6;
        return Words(("inner4", inner4), ("inner6", inner6), ("outer4", any && (set & PortOffloads.Outer4) != 0), ("outer6", any && (set & PortOffloads.Outer6) != 0));
    }

    // DPDK says nothing of tunnels here: a device that checks outer headers parses them (C-043), and IPv6 has only transport sums.
    private static IReadOnlyList<string> Received(DeviceOffloads device)
    {
        bool parses = (device & DeviceOffloads.RxOuterIp4) != 0, l4 = (device & (DeviceOffloads.RxTcp | DeviceOffloads.RxUdp)) != 0;
        return parses ? Words(("inner4", l4 || (device & DeviceOffloads.RxIp4) != 0), ("inner6", l4), ("outer4", true), ("outer6", l4)) : [];
    }

    // Of NVGRE: the addresses of its outer headers, or the flow inside.
    private static IReadOnlyList<string> Hashed(RssFields fields)
    {
        bool four = (fields & RssFields.Ipv4) != 0, six = (fields & RssFields.Ipv6) != 0, inner = (fields & RssFields.Innermost) != 0;
        return Words(("inner4", inner && four), ("inner6", inner && six), ("outer4", four), ("outer6", six));
    }

    private static IReadOnlyList<string> Words(params (string Word, bool Is)[] words) => [.. words.Where(static w => w.Is).Select(static w => w.Word)];

    private OffloadState StateOf(string word, OffloadNames name)
    {
        string asked = _wanted.StateOf(name);
        if ((name & (OffloadNames.EncapEnabled | OffloadNames.EncapNvgre)) != 0)
        {
            bool can = (_nvgreAble & PortOffloads.Kinds) != 0, does = (Sets.Nvgre & PortOffloads.Kinds) != 0;
            string? why = does ? null : (_wanted.Tx & name) == 0 ? Configured : !can ? "the device reports nothing of it" : "nothing of it is in force";
            return new OffloadState(word, name, Words(("nvgre", can)), asked, Words(("nvgre", does)), why);
        }

        PortOffloads bit = BitOf(name);
        DeviceOffloads rx = RxOf(name);
        bool plain = (Sets.Plain & bit) != 0, nvgre = (Sets.Nvgre & bit) != 0, received = (_facts.Asked & rx) != 0;
        var reasons = new List<string>();
        Add("plain", plain, WhyNotPlain(name, bit));
        Add("nvgre", nvgre, WhyNotNvgre(name, bit));
        AddOuter(nvgre, PortOffloads.Outer4, Sets.Nvgre4, _facts.NvgreFaults);
        AddOuter(nvgre, PortOffloads.Outer6, Sets.Nvgre6, _facts.Nvgre6Faults);
        Add("rx", rx == DeviceOffloads.None || received, WhyNotReceived(name, rx));
        // The same reason for all is said once.
        IEnumerable<IGrouping<string, string>> grouped = reasons.Select(static r => r.Split(": ", 2)).GroupBy(static r => r[1], static r => r[0]);
        string reason = string.Join("; ", grouped.Select(static g => $"{string.Join(", ", g)}: {g.Key}"));
        return new OffloadState(
            word, name, Words(("plain", (_plainAble & bit) != 0), ("nvgre", (_nvgreAble & bit) != 0), ("rx", (_facts.Reported & rx) != 0)), asked,
            Words(("plain", plain), ("nvgre", nvgre), ("rx", received)), reason.Length > 0 ? reason : null, plain || nvgre ? Checked() : null);

        // In force over the one IP version and not over the other.
        void AddOuter(bool isThere, PortOffloads family, PortOffloads set, OffloadFaults faults)
        {
            if (isThere && (set & bit) == 0 && (_nvgreAble & family) != 0)
            {
                reasons.Add($"nvgre {(family == PortOffloads.Outer4 ? "outer4" : "outer6")}: {(faults.Of(bit) is var f && f != OffloadFault.None ? Failure(f) : NotInForce)}");
            }
        }

        void Add(string where, bool isThere, string why)
        {
            if (!isThere)
            {
                reasons.Add($"{where}: {why}");
            }
        }
    }

    private const string Configured = "off by configuration";
    private const string NotInForce = "what it needs is not in force";

    private string WhyNotPlain(OffloadNames name, PortOffloads bit) =>
        (_wanted.Tx & name) == 0 ? Configured : Why(bit, _plainAble, _quirk.NotPlain, OffloadAbility.Plain(_setUp, _quirk), _facts.PlainFaults.Of(bit));

    private string WhyNotNvgre(OffloadNames name, PortOffloads bit) =>
        (_wanted.Tx & name) == 0 || (_wanted.Tx & OffloadNames.EncapEnabled) == 0 || (_wanted.Tx & OffloadNames.EncapNvgre) == 0
            ? Configured
            : Why(
                bit, _nvgreAble, _quirk.NotNvgre, OffloadAbility.Nvgre(_setUp, _quirk),
                _facts.NvgreFaults.Of(bit) is var fault && fault != OffloadFault.None ? fault : _facts.Nvgre6Faults.Of(bit));

    private string Why(PortOffloads bit, PortOffloads able, PortOffloads quirk, PortOffloads setUp, OffloadFault fault) =>
        _facts.Driver.Length == 0 ? "the device is not open"
        : (able & bit) == 0 ? "not reported by the device"
        : (quirk & bit) != 0 ? _quirk.Reason
        : (setUp & bit) == 0 ? "the device was set up without it: it takes a restart of the port"
        : !_facts.Tested ? "the port was not started and tested yet"
        : fault != OffloadFault.None ? Failure(fault)
        : (_facts.Peer & bit) == 0 ? "nobody behind the port takes it"
        : NotInForce;

    private string? Checked() => _facts.Loop switch
    {
        LoopCheck.Done => "by loopback",
        LoopCheck.Unable => "by its driver only, not by loopback: the device cannot",
        LoopCheck.Unwanted => "by its driver only, not by loopback: selfTest is off",
        LoopCheck.Failed => "by its driver only, not by loopback: that did not work",
        _ => null,
    };

    private static string Failure(OffloadFault fault) => fault switch
    {
        OffloadFault.Refused => "the self-test failed: the driver refused or spoilt such a frame",
        OffloadFault.Silent => "the self-test failed: nothing came back by loopback",
        OffloadFault.Missing => "the self-test failed: frames were missing of what came back by loopback",
        OffloadFault.Extra => "the self-test failed: frames came back by loopback that should not, or in another order",
        OffloadFault.Size => "the self-test failed: what came back by loopback was not cut to size",
        OffloadFault.Sum => "the self-test failed: a checksum was wrong in what came back by loopback",
        OffloadFault.Bytes => "the self-test failed: bytes were wrong in what came back by loopback",
        _ => "it was not tested by loopback, which selfTest asks for",
    };

    private string WhyNotReceived(OffloadNames name, DeviceOffloads rx) =>
        (_facts.Reported & rx) == 0 ? "not reported by the device"
        : (_wanted.Rx & name) == 0 ? Configured
        : (_quirk.NeverAsk & rx) != 0 ? _quirk.Reason
        : (_quirk.Askable(_facts.Underlay) & rx) == 0 ? "not taken from the PA side: the driver completes it"
        : "the device was set up without it: it takes a restart of the port";
}
