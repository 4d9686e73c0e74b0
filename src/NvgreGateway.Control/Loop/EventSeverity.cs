namespace NvgreGateway.Control;

/// <summary>How grave an event is.</summary>
public enum EventSeverity
{
    /// <summary>Something that is as it should be.</summary>
    Info,

    /// <summary>Something that a person should look at; packets may be lost.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Error,
}
