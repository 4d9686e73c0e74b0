namespace NvgreGateway.Control.Configuration;

/// <summary>Which offloads a port may use; key <c>ports[].offload</c>. What its device does not do is done in software, with the same bytes.</summary>
/// <param name="Tx">Of transmission.</param>
/// <param name="Rx">Of reception; checksums only.</param>
public sealed record OffloadConfiguration(OffloadNames Tx, OffloadNames Rx)
{
    /// <summary>All that can be had.</summary>
    public static readonly OffloadConfiguration Auto = new(OffloadNames.All, OffloadNames.Checksums);

    /// <summary>None.</summary>
    public static readonly OffloadConfiguration Off = new(OffloadNames.None, OffloadNames.None);

    /// <summary>The words of C.6a with their meaning, in the order in which they are shown.</summary>
    public static readonly IReadOnlyList<(string Word, OffloadNames Name, string Meaning)> Words =
    [
        ("encap.enabled", OffloadNames.EncapEnabled, "Anything at all of encapsulated packets."),
        ("encap.nvgre", OffloadNames.EncapNvgre, "Anything of NVGRE."),
        ("tso.inner4", OffloadNames.TsoInner4, "TCP segmentation over the tenant's IPv4."),
        ("tso.inner6", OffloadNames.TsoInner6, "TCP segmentation over the tenant's IPv6."),
        ("uso.inner4", OffloadNames.UsoInner4, "UDP segmentation over the tenant's IPv4."),
        ("uso.inner6", OffloadNames.UsoInner6, "UDP segmentation over the tenant's IPv6."),
        ("csum.ip4", OffloadNames.CsumIp4, "IPv4 header checksums, the outer one too."),
        ("csum.tcp4", OffloadNames.CsumTcp4, "TCP checksums over IPv4."),
        ("csum.tcp6", OffloadNames.CsumTcp6, "TCP checksums over IPv6."),
        ("csum.udp4", OffloadNames.CsumUdp4, "UDP checksums over IPv4."),
        ("csum.udp6", OffloadNames.CsumUdp6, "UDP checksums over IPv6."),
    ];

    /// <summary>The states that a name can have.</summary>
    /// <param name="name">One name.</param>
    /// <returns>Words.</returns>
    public static IReadOnlyList<string> StatesOf(OffloadNames name) => (name & OffloadNames.Checksums) != 0 ? ["on", "off", "tx", "rx"] : ["on", "off"];

    /// <summary>The state of a name.</summary>
    /// <param name="name">One name.</param>
    /// <returns>One of <see cref="StatesOf"/>.</returns>
    public string StateOf(OffloadNames name) => ((Tx & name) != 0, (Rx & name) != 0) switch
    {
        (true, true) => "on",
        (false, true) => "rx",
        (true, false) => (name & OffloadNames.Checksums) != 0 ? "tx" : "on",
        _ => "off",
    };

    /// <summary>This with one name in another state.</summary>
    /// <param name="name">One name, or several that have such a state.</param>
    /// <param name="state">One of <see cref="StatesOf"/>.</param>
    /// <returns>The new set.</returns>
    public OffloadConfiguration With(OffloadNames name, string state) => new(
        state is "on" or "tx" ? Tx | name : Tx & ~name,
        (state is "on" or "rx" ? Rx | name : Rx & ~name) & OffloadNames.Checksums);
}
