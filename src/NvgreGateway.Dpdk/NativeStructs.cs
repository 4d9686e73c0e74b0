using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

#pragma warning disable CS0649 // The shim writes what C# only reads.

/// <summary>A row of the shim's layout table: <c>struct shim_probe</c>.</summary>
internal unsafe struct NativeProbe
{
    internal byte* Name;
    internal ulong Value;
}

/// <summary><c>struct shim_port_info</c>; its layout is checked like the mbuf's.</summary>
internal struct NativePortInfo
{
    /// <summary>Bit of <see cref="Flags"/>: the driver reports link changes.</summary>
    internal const uint LinkInterrupt = 1;

    /// <summary>Bit of <see cref="Flags"/>: the driver reports removal.</summary>
    internal const uint RemovalInterrupt = 2;

    internal ulong RxOffloads;
    internal ulong TxOffloads;
    internal ulong RxQueueOffloads;
    internal ulong TxQueueOffloads;
    internal ulong RssTypes;
    internal uint InterfaceIndex;
    internal uint MinRxBuffer;
    internal uint MaxRxPacket;
    internal uint MaxMacAddresses;
    internal int Socket;
    internal uint Flags;
    internal ushort MinMtu;
    internal ushort MaxMtu;
    internal ushort MaxRxQueues;
    internal ushort MaxTxQueues;
    internal ushort RetaSize;
    internal ushort RxDescriptorsMin;
    internal ushort RxDescriptorsMax;
    internal ushort TxDescriptorsMin;
    internal ushort TxDescriptorsMax;
    internal ushort TxSegmentsMax;
    internal ushort TxFrameSegmentsMax;
    internal ushort RssKeySize;
    internal Name32 Driver;

    /// <summary>Text in 32 bytes, ended by a zero.</summary>
    [InlineArray(32)]
    internal struct Name32
    {
        private byte first;
    }
}

/// <summary><c>struct shim_port_conf</c>.</summary>
internal unsafe struct NativePortConfiguration
{
    internal ulong RxOffloads;
    internal ulong TxOffloads;
    internal ulong RssTypes;
    internal byte* RssKey;
    internal uint Mtu;
    internal ushort RxQueues;
    internal ushort TxQueues;
    internal uint LinkInterrupt;
    internal uint RemovalInterrupt;
    internal uint RssKeyLength;
    internal uint Loopback;
}

/// <summary><c>struct shim_link</c>.</summary>
internal struct NativeLink
{
    internal uint Speed;
    internal uint Up;
    internal uint FullDuplex;
}
