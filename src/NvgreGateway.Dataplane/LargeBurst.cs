namespace NvgreGateway.Dataplane;

/// <summary>
/// How many large frames a worker takes from a port at once. A burst of 32 of 64 KB is 2 MB in a thousand buffers: more than the caches
/// of a core and of the pool hold, so that every byte is fetched and stored anew by each stage that touches it. Measured over vhost,
/// bursts of two carry two to three times as much as bursts of 32; what a burst saves a packet is nothing beside 64 KB.
/// </summary>
internal static unsafe class LargeBurst
{
    /// <summary>Bytes of a burst: together with the segments cut from them they stay in a second-level cache of 512 KB and up.</summary>
    internal const uint Bytes = 128 * 1024;

    /// <summary>After a burst of a port that was, or is, of large frames: what the next one takes.</summary>
    /// <param name="w">The worker; its bytes of large frames are taken.</param>
    /// <param name="port">The port.</param>
    /// <param name="n">Packets of the burst, more than 0.</param>
    /// <param name="burst">The most packets of any burst.</param>
    public static void Adapt(WorkerContext* w, uint port, uint n, uint burst)
    {
        uint bytes = w->LargeBytes, most = bytes == 0 ? burst : (uint)Math.Clamp((ulong)Bytes * n / bytes, 1, burst);
        ulong bit = 1ul << (int)port;
        w->LargeBytes = 0;
        if (most == burst)
        {
            w->LargePorts &= ~bit;
            return;
        }

        w->LargeMost = most;
        w->LargePorts |= bit;
    }
}
