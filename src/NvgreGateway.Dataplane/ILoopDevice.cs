using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>A port during its self-test (C-073): one transmit and one receive queue, no worker, and nothing reaches the wire. Nothing here may throw.</summary>
public unsafe interface ILoopDevice
{
    /// <summary>Takes an empty buffer with at least 128 bytes of headroom and 1024 bytes behind it.</summary>
    /// <returns>The buffer, or null when there is none.</returns>
    Mbuf* Allocate();

    /// <summary>Gives a frame back, all its buffers.</summary>
    /// <param name="frame">The frame.</param>
    void Free(Mbuf* frame);

    /// <summary>Shows a frame to the driver (<c>rte_eth_tx_prepare</c>).</summary>
    /// <param name="frame">The frame; it stays the caller's.</param>
    /// <returns>Whether it would be taken.</returns>
    bool Prepare(Mbuf* frame);

    /// <summary>Sends a frame; called only for a device that loops.</summary>
    /// <param name="frame">The frame.</param>
    /// <returns>Whether it was taken; else it stays the caller's.</returns>
    bool Transmit(Mbuf* frame);

    /// <summary>Takes what came back.</summary>
    /// <param name="frames">Where to put it; it is the caller's then.</param>
    /// <param name="count">How many at most.</param>
    /// <returns>How many there are.</returns>
    uint Receive(Mbuf** frames, uint count);

    /// <summary>Waits a moment, about a millisecond.</summary>
    void Pause();
}
