using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// What is to be traced. Control fills it while no session runs and then sets <see cref="GatewayHeader.TraceSession"/>. Everything that
/// is asked for must fit.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
public unsafe struct TraceControl
{
    /// <summary>Value of <see cref="Vsid"/> and <see cref="Vlan"/> that fits everything.</summary>
    public const uint Any = uint.MaxValue;

    /// <summary>Packets at most, below 2^24 - 1.</summary>
    public uint Count;

    /// <summary>VSID of the packet's segment or key, or <see cref="Any"/>.</summary>
    public uint Vsid;

    /// <summary>VLAN id that it carries or arrives by, or of an attachment of its segment when it comes from NVGRE; or <see cref="Any"/>.</summary>
    public uint Vlan;

    /// <summary>Family of <see cref="PeerHigh"/>: 4, 6, or 0 = any peer.</summary>
    public uint PeerFamily;

    /// <summary>PA, as the wire bytes load little-endian: IPv4 in the low 32 bits, else bytes 0 to 7.</summary>
    public ulong PeerHigh;

    /// <summary>PA: bytes 8 to 15 of IPv6.</summary>
    public ulong PeerLow;

    /// <summary>A MAC of the frame or of the tenant frame in it, 48 bits, or <see cref="ulong.MaxValue"/>.</summary>
    public ulong Mac;

    /// <summary>1 = frames that control makes are told as well.</summary>
    public uint Own;

    /// <summary>The last session that there was; only control reads it.</summary>
    public uint LastSession;

    private readonly uint _pad0;
    private readonly ulong _pad1;

    /// <summary>Packets taken so far, by all workers, who raise it atomically; may pass <see cref="Count"/>. On a line of its own.</summary>
    public uint Taken;

    /// <summary>Events that found their ring full; workers raise it atomically.</summary>
    public uint Lost;
}
