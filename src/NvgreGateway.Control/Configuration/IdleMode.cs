namespace NvgreGateway.Control.Configuration;

/// <summary>What a worker does when its queues are empty; key <c>workers.idle</c>.</summary>
public enum IdleMode
{
    /// <summary>It polls on, with one core always busy: production.</summary>
    Poll,

    /// <summary>It sleeps after a number of empty polls: tests and laptops.</summary>
    Sleep,
}
