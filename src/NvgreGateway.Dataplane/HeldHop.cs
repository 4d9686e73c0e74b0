using System.Runtime.InteropServices;

namespace NvgreGateway.Dataplane;

/// <summary>The packets that one worker holds for one next hop: a list in the order they came.</summary>
[StructLayout(LayoutKind.Sequential, Size = 40)]
internal struct HeldHop
{
    /// <summary>Next hop id.</summary>
    public uint NextHop;

    /// <summary>First packet: index of a <see cref="Departure"/>.</summary>
    public uint First;

    /// <summary>Last packet.</summary>
    public uint Last;

    /// <summary>Age tick at which control was last told that the next hop is needed; 0 = not yet.</summary>
    public uint AskedTick;

    /// <summary>Who the next hop was when the list began: an id that means another neighbour now must not get these packets.</summary>
    public ulong AddressHigh;

    /// <summary>The rest of the address.</summary>
    public ulong AddressLow;

    /// <summary>Sequence of the packet that began the list.</summary>
    public ulong Sequence;
}
