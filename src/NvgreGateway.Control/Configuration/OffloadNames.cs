namespace NvgreGateway.Control.Configuration;

/// <summary>The offloads that can be switched, by the names that NDIS knows them under (C-077).</summary>
[Flags]
public enum OffloadNames
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>encap.enabled</c>: anything at all of encapsulated packets.</summary>
    EncapEnabled = 1 << 0,

    /// <summary><c>encap.nvgre</c>: anything of NVGRE.</summary>
    EncapNvgre = 1 << 1,

    /// <summary><c>tso.inner4</c>: TCP segmentation over IPv4.</summary>
    TsoInner4 = 1 << 2,

    /// <summary><c>tso.inner6</c>: TCP segmentation over IPv6.</summary>
    TsoInner6 = 1 << 3,

    /// <summary><c>uso.inner4</c>: UDP segmentation over IPv4.</summary>
    UsoInner4 = 1 << 4,

    /// <summary><c>uso.inner6</c>: UDP segmentation over IPv6.</summary>
    UsoInner6 = 1 << 5,

    /// <summary><c>csum.ip4</c>: IPv4 header checksums.</summary>
    CsumIp4 = 1 << 6,

    /// <summary><c>csum.tcp4</c>: TCP checksums over IPv4.</summary>
    CsumTcp4 = 1 << 7,

    /// <summary><c>csum.tcp6</c>: TCP checksums over IPv6.</summary>
    CsumTcp6 = 1 << 8,

    /// <summary><c>csum.udp4</c>: UDP checksums over IPv4.</summary>
    CsumUdp4 = 1 << 9,

    /// <summary><c>csum.udp6</c>: UDP checksums over IPv6.</summary>
    CsumUdp6 = 1 << 10,

    /// <summary>The checksums: what also has a receive side.</summary>
    Checksums = CsumIp4 | CsumTcp4 | CsumTcp6 | CsumUdp4 | CsumUdp6,

    /// <summary>All.</summary>
    All = EncapEnabled | EncapNvgre | TsoInner4 | TsoInner6 | UsoInner4 | UsoInner6 | Checksums,
}
