using System.Runtime.InteropServices;

namespace NvgreGateway.Dataplane;

/// <summary>A source that a worker lately told control of, so that an unlearned flow is told once a tick and not per packet.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct LearnMemory
{
    /// <summary>Entries a worker remembers: a power of two; forgetting one costs a punt, nothing else.</summary>
    public const int Entries = 4096;

    /// <summary>FDB key.</summary>
    public ulong Key;

    /// <summary>Where the source was seen.</summary>
    public uint Place;

    /// <summary>What the FDB said then; another answer is a reason to tell again.</summary>
    public uint Found;

    /// <summary><see cref="Exchange.GatewayHeader.PuntTick"/> of the punt.</summary>
    public uint Tick;
}
