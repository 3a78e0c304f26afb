// The workflow templates to begin with, as cards: for workflows and for strategies. Pure.
import type { WorkflowTemplate } from "#store/model/workflow/templates.ts";

/** @param props.label what the link is called for those who only hear it */
export function TemplateCards(props: {
  templates: readonly WorkflowTemplate[];
  page: string;
  action: string;
  label(title: string): string;
}) {
  return (
    <ul aria-label="Templates" class="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      {props.templates.map((template) => (
        <li class="panel flex flex-col gap-2 p-4">
          <h3 class="font-semibold">{template.title}</h3>
          <p class="text-muted flex-1 text-sm">{template.description}</p>
          <a
            class="button self-start"
            href={`${props.page}?template=${template.key}`}
            aria-label={props.label(template.title)}
          >
            {props.action}
          </a>
        </li>
      ))}
    </ul>
  );
}
