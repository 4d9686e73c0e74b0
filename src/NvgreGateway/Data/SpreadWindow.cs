namespace NvgreGateway.Data;

/// <summary>What workers did in a short time in which nothing changed of who gets what.</summary>
/// <param name="Seconds">How long it was.</param>
/// <param name="Packets">Received packets that left, or were control's.</param>
/// <param name="Busiest">Which part of it the busiest worker was busy, 0 to 1.</param>
/// <param name="Lost">Whether packets were lost for want of a worker's time: a ring was full, or a device missed some.</param>
internal readonly record struct SpreadWindow(double Seconds, double Packets, double Busiest, bool Lost)
{
    // A worker that is busy for less of its time loses nothing, but bursts that no mean shows: then half is enough.
    private const double Full = 0.9, Half = 0.5;

    // In less there is more chance than truth: what is in rings at its ends counts, and so does each interrupt.
    private const double Enough = 1000;

    /// <summary>Whether there was more to do than could be done, or nearly so.</summary>
    internal bool IsPressed => Packets >= Enough && (Busiest >= Full || (Lost && Busiest >= Half));

    /// <summary>Whether <see cref="Rate"/> says anything.</summary>
    internal bool IsTelling => Packets >= Enough && Busiest >= 0.25;

    /// <summary>Packets a second, if the busiest worker had been busy all the time.</summary>
    internal double Rate => Packets / (Seconds * Busiest);
}
